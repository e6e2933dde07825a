"""The only Streamlit code that several pages share."""
