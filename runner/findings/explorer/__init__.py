"""The page of a sweep that moves: all of its networks learning side by side, in one HTML file that needs nothing else.

`gathering` has what the page shows of a sweep, by `parts` (data sets), `samples` and `runs`; `numbers` its arrays as
text; `writing` joins both with the scripts in `page/`. `Meta` in `page/state.js` says what the scripts expect.
"""
