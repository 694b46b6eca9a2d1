"""How large a story is with its aliases written out: a few lines of YAML can stand for gigabytes."""

from __future__ import annotations

from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from core.errors import StoryError

LARGEST_STORY = 2 * 1024 * 1024


def check_aliases(root: Node, path: str) -> None:
    """Refuse aliases that make a small file a large story: each is counted as often as it is used.

    Raises:
        StoryError: written out, the story is over its largest size, or without end.
    """
    sizes: dict[int, int] = {}

    def size(node: Node) -> int:
        if id(node) not in sizes:
            sizes[id(node)] = LARGEST_STORY  # what holds itself is without end
            total = 1 + (len(node.value) if isinstance(node, ScalarNode) else 0)
            for child in _children(node):
                total += size(child)
                if total > LARGEST_STORY:
                    line = child.start_mark.line + 1
                    problem = "with its aliases written out this is over 2 MB, which no story is. Use fewer."
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
