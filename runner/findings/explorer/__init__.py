"""The page of a sweep that moves: all of its networks learning side by side, in one HTML file that needs nothing else.

`gathering` has what the page shows of a sweep, `samples` its data sets, `runs` each run, and `numbers` arrays as text;
`writing` joins them with the scripts in `page/`, which read what `FORMAT.md` says.
"""
