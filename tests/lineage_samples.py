"""Assets and small pictures for tests of the lineage graph."""

import io

from PIL import Image

from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Recipe, Result, Role, Source

HOSTILE = (
    '</script></title><script>window.__pwned = 1</script><!-- <img src=x onerror="window.__pwned = 1"> href '
    "[a](javascript:window.__pwned=1) ${x} $x {{x}} \u2028\u2029 \u202e \ud800 &lt; '\""
)


def asset(
    asset_id: str,
    *sources: str | tuple[str, Role],
    kind: Kind = Kind.SCENE,
    engine: EngineName | None = EngineName.DRAFT,
    name: str = "",
    prompt: str = "",
    text: str = "",
) -> Asset:
    """Return an asset made from sources, given as ids or as (id, role)."""
    pairs = [(source, Role.OTHER) if isinstance(source, str) else source for source in sources]
    return Asset(
        id=asset_id,
        digest=f"digest of {asset_id}",
        recipe=Recipe(
            kind=kind,
            name=name,
            prompt=prompt,
            composed=prompt and f"- Image 1: Robot character sheet.\n{prompt}",
            sources=tuple(Source(asset_id=source, role=role) for source, role in pairs),
            engine=engine,
            model="gemini-3-pro-image" if engine == EngineName.GEMINI else "",
            settings=GenerationSettings(aspect_ratio="16:9") if engine else GenerationSettings(),
        ),
        result=Result(
            mime="image/png", width=1376, height=768, cost_usd=0.134 if engine == EngineName.GEMINI else 0.0, text=text
        ),
    )


def story() -> list[Asset]:
    """Return a short story with one branch: archive, robot, three scenes in a row, one beside the last."""
    robot = ("robot", Role.CHARACTER)
    return [
        asset("archive", kind=Kind.ARCHIVE, engine=None, name="Tin robot, 1957"),
        asset(
            "robot", ("archive", Role.ARCHIVE), kind=Kind.CHARACTER_SHEET, engine=EngineName.GEMINI, name="Robot sheet"
        ),
        asset("scene-1", robot, engine=EngineName.GEMINI, name="Valley", prompt="- Wide shot."),
        asset("scene-2", robot, ("scene-1", Role.SCENE), name="山谷"),
        asset("scene-3", robot, ("scene-2", Role.SCENE), name="Market"),
        asset("scene-3b", robot, ("scene-2", Role.SCENE), name="Forest"),
    ]


def picture(asset_id: str = "", size: tuple[int, int] = (160, 90), kind: str = "WEBP") -> bytes:
    """Return an encoded orange picture."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (210, 120, 40)).save(buffer, kind)
    return buffer.getvalue()
