"""Charts: a frame in, an Altair chart out. No Streamlit, so that a report or an export can draw them as well.

Colours are left to the theme of whoever shows the chart (`.streamlit/config.toml` has one palette for light and one
for dark); a chart only fixes which series gets which place in it, so that a colour never changes its meaning.
"""
