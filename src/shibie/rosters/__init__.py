"""What comes in: files and tables of any size, read into one validated roster."""
