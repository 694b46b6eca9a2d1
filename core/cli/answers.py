"""What models said beside the images they made, as the terminal tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.cli.printing import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.models.answer import Answer
    from core.models.asset import Asset
    from core.store.workspace import Workspace

Said = dict[str, dict[str, Any]]


def read_answers(workspace: Workspace, ids: Iterable[str | None]) -> Said:
    """Return what was said beside images, by their ids; of an image that came alone nothing."""
    named = dict.fromkeys(asset_id for asset_id in ids if asset_id)
    assets = [asset for asset_id in named if (asset := workspace.find(asset_id)) is not None]
    return {asset.id: said for asset in assets if (said := _said(workspace, asset))}


def print_answers(answers: Said) -> None:
    """Print the words of each image in their order, its further images as paths, and its sources."""
    for asset_id, said in answers.items():
        click.echo(f"\n{plain(asset_id)}")
        for block in said.get("blocks", [{"kind": "text", "text": said["text"]}]):
            for line in _lines(block):
                click.echo(f"  {line}")
        if said.get("queries"):
            click.echo(f"  searched for: {plain('; '.join(said['queries']))}")
        for link in said.get("links", ()):
            click.echo(f"  source: {plain(' '.join(filter(None, [link['title'], link['uri']])))}")


def _said(workspace: Workspace, asset: Asset) -> dict[str, Any]:
    answer = workspace.answers.find(asset.id)
    if answer is None:
        return {"text": asset.result.text} if asset.result.text else {}
    grounding = answer.grounding.model_dump(mode="json") if answer.grounding else {}
    return {"text": asset.result.text, "blocks": _blocks(workspace, asset, answer), **grounding}


def _blocks(workspace: Workspace, asset: Asset, answer: Answer) -> list[dict[str, str]]:
    own = workspace.path(asset)
    return [
        {"kind": block.kind.value, "text": block.text}
        if block.text
        else {
            "kind": block.kind.value,
            "file": str((block.file and workspace.answers.image(asset.id, block.file)) or own),
        }
        for block in answer.blocks
    ]


def _lines(block: dict[str, str]) -> list[str]:
    """Return a block as lines of text; what is of the model's thoughts says so."""
    is_thought = block["kind"].startswith("thought")
    told = block["text"].splitlines() if block.get("text") else [f"[{block['file']}]"]
    return [f"{'(thought) ' if is_thought else ''}{plain(line)}" for line in told]
