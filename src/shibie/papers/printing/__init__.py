"""What is printed: Chinese fonts, PDF by Typst, Word by templates."""
