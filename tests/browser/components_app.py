"""A server for the components' tests: the studio's routes and headers around one page that mounts them all."""

import streamlit as st

from core.ui.server import middleware, routes

app = st.App("components_page.py", routes=routes, middleware=middleware)
