"""A project: a folder whose `shibie.yaml` stands in for the options of every command."""
