"""Who helps whom: households without a helper, the load of each helper, visits, and plans."""
