"""Plans: the embeds of a term as a file of rows, read into the items of a batch.

`sources` keeps a copy of the file, `table` reads its rows, `fields` their cells, `courses` and
`library` find what rows name by SIS id, title or tag, and `plan` puts it together.
"""
