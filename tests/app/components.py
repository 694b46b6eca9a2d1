"""The studio's browser components in pages run as scripts: what they are given, and what a person does there.

AppTest knows no components: what their JavaScript would send is put among the widgets' states as the browser does it.
"""

from __future__ import annotations

import json
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest


def data_of(app: AppTest, key: str) -> Any:
    """Return what a component was given."""
    proto = _component(app, key)
    return json.loads(proto.json or proto.mixed.json)[0]


def send(app: AppTest, key: str, event: str, value: Any) -> AppTest:
    """Have a component send an event with a value, and run the page."""
    states = app._tree.get_widget_states()
    aggregator = _make_trigger_id(_component(app, key).id, "events")
    states.widgets.append(WidgetState(id=aggregator, json_trigger_value=json.dumps([{"event": event, "value": value}])))
    app._run(states)
    assert not app.exception
    return app


def _component(app: AppTest, key: str) -> Any:
    found = {element.key: element.proto for element in app.get("bidi_component")}
    return found[key]
