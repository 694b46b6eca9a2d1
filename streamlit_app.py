"""The studio's web server. Streamlit finds `app` here; pages and sign-in live in `core/ui/app.py`."""

import streamlit as st

from core.ui.server import lifespan, middleware, on_script_error, routes

app = st.App(
    "core/ui/app.py",
    routes=routes,
    middleware=middleware,
    lifespan=lifespan,
    on_script_error=on_script_error,
)
