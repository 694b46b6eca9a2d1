"""How large a story is with its aliases written out: a few lines of YAML can stand for gigabytes."""

from __future__ import annotations

from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from core.errors import StoryError

LARGEST_STORY = 2 * 1024 * 1024
_ENDLESS = LARGEST_STORY * 1000
_TOO_LARGE = "with its aliases written out this is over 2 MB, which no story is. Use fewer."
_CIRCLE = "an alias stands inside what it stands for, so this has no end. Write it out, or leave it away."


def check_aliases(root: Node, path: str) -> None:
    """Refuse aliases that make a small file a large story: each is counted as often as it is used.

    Raises:
        StoryError: written out, the story is over its largest size, or without end.
    """
    sizes: dict[int, int] = {}

    def size(node: Node) -> int:
        if id(node) not in sizes:
            sizes[id(node)] = _ENDLESS  # as long as its own size is not known
            total = 1 + (len(node.value) if isinstance(node, ScalarNode) else 0)
            for child in _children(node):
                total += size(child)
                if total > LARGEST_STORY:
                    line = child.start_mark.line + 1
                    problem = _CIRCLE if total >= _ENDLESS else _TOO_LARGE
                    raise StoryError(f"{path}, line {line}: {problem}", path, line)
            sizes[id(node)] = total
        return sizes[id(node)]

    size(root)


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, SequenceNode):
        yield from node.value
    elif isinstance(node, MappingNode):
        for pair in node.value:
            yield from pair
