"""Writes the shipped Word templates anew, those whose text has changed."""

from tools.word_templates import body, templates

from shibie.atomic import write_bytes

for path, data in templates().items():
    # A Word file carries the time it was made: an unchanged one is left alone.
    if not path.exists() or body(path.read_bytes()) != body(data):
        write_bytes(path, data)
        print(path.name)
