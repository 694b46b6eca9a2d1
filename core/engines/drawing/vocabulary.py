"""The words of scenery, in English and Chinese: hours, lands, what stands in them, and the tints of light.

Each is a pattern over lower-case text; `homonyms` has taken out before what only looks like one of them.
"""

from __future__ import annotations

import re

HOURS: dict[str, str] = {
    "night": r"\bnight(?:s|time)?\b|midnight|moonlit|moonlight|starlight|starlit|\bstars\b|after dark|"
    r"夜|晚上|天黑|星空|月光|星星",
    "dusk": r"\bdusk|twilight|blue hour|nightfall|暮|傍晚|薄暮|蓝调",
    "sunset": r"sunset|sundown|setting sun|evening|日落|夕阳|落日|晚霞",
    "golden": r"golden[- ](?:hour|light|glow|sun|sky|evening|afternoon|haze|rays?)|magic hour|late afternoon|low sun|"
    r"warm (?:evening )?light|"
    r"黄昏|金光|(?:黄金|金色|金黄|魔幻)(?:色的?|的)?(?:时[刻段间光分]|一刻|光|阳光|夕|余晖|余辉|天|晨|傍晚|黄昏)|斜阳|暖光|夕照|余晖|余辉",
    "dawn": r"\bdawn\b|sunrise|daybreak|early morning|first light|黎明|日出|清晨|凌晨|拂晓|晨光|晨曦|曙光|朝霞|破晓|"
    r"天亮",
    "storm": r"storm|thunder|lightning|\bgale|暴风|雷|闪电|风暴",
    "overcast": r"overcast|\bgr[ea]y (?:sky|day|light|morning)|drizzl|"
    r"\brain(?:s|y|ing|fall)?\b|\bfog(?:gy)?\b|\bmist(?:s|y)?\b|cloudy|阴天|多云|灰色的?天|雨|雾",
    "noon": r"\bnoon|midday|\bsunny|sunlight|sunshine|bright (?:day|morning|sun)|clear (?:day|sky|skies)|blue sky|"
    r"正午|中午|阳光|晴",
    "day": r"daylight|by day\b|daytime|morning|\bafternoon|白天|白昼|上午|下午|午后|早晨|早上",
}

_WOOD_SIGNS = "森林|树林|林间|松|丛林|林中|竹林|林子|密林|树丛|林地|林海|山林|林木"
_WOOD = (
    r"forest|\bwoods\b|\b(?:in|into|through|across) (?:a|the|this) (?:\w+ ){0,2}wood\b|woodland|"
    r"\bpines?\b|\btrees\b|\bgroves?\b|\bthicket"
)

LANDS: dict[str, str] = {
    "underwater": r"\bunder-? ?water|\b(?:under|beneath|below) the (?:sea|ocean|water|waves)\b|"
    r"\b(?:sea|ocean)[- ]?(?:bed|floor)\b|\bbottom of the (?:sea|ocean)|\breefs?\b|"
    r"\bcorals\b|\b(?:among|between|over|past|of) (?:the )?(?:\w+ )?coral\b(?! \w)|\bcoral (?:gardens?|banks?|forest)|"
    r"水下|水底|海底|珊瑚(?!色|红|粉|橙|般)|深海",
    "room": r"\b(?:living|bed|dining)?room\b|bedroom|kitchen|\binterior|\bindoors?\b|\battic|"
    r"workshop|library|\bstudy\b|\bhall\b|"
    r"\binn\b|parlou?r|cellar|\binside (?:an?|the|his|her|their) (?:\w+ ){0,2}(?:house|home|cabin|cottage|hut|shop)\b|"
    r"房间|屋里|屋子里|屋中|房子里|家里|家中|室内|卧室|厨房|书房|阁楼|客厅|屋内|作坊",
    "cave": r"\bcaves?\b|cavern|grotto|\btunnel|洞穴|山洞|洞窟|隧道",
    "desert": r"\bdeserts?\b|\bdunes?\b|sahara|沙漠|沙丘|戈壁",
    "snow": r"\bsnow(?![- ]?(?:capped|topped))|\bic[ey]\b|glacier|winter|frozen|frost|blizzard|雪|冰|冬",
    "city": r"\bcity|\bstreets?\b|\btown\b|rooftops?|\broofs\b|skyscraper|downtown|metropolis|\burban|"
    r"\bplaza\b|\balley|market|城市|城镇|城里|城中|镇(?!定|静)|街|广场|屋顶|都市|闹市|市区|市中心|巷|市集",
    "sea": r"\bsea\b|\bocean|\bwaves?\b|\bbeach|\b(?:sea)?shore|\bsea-?side|\bsurf\b|\bcoast(?:s|line|al)?\b|"
    r"harbou?r|\bpier\b|jetty|lighthouse|\bisland|\bbay\b|(?<!林)海|洋面|沙滩|港|码头|灯塔|岛",
    "autumn": r"autumn|\bfall leaves|red leaves|russet|秋|红叶|落叶",
    "garden": r"\bgardens?\b|orchard|greenhouse|blossom|\bpark\b|花园|果园|庭院|公园|花丛",
    "mountain": r"mountain|\bpeaks?\b|summit|\bridge\b|\bcliff|alpine|\balps?\b|山(?!谷|洞|坳)|峰|岭|悬崖|峭壁",
    "forest": rf"{_WOOD}|clearing|jungle|{_WOOD_SIGNS}",
    "meadow": r"meadow|\bfields?\b|valley|\bglens?\b|\bvale\b|\bhills?\b|\bgrass|prairie|pasture|"
    r"\bplains?\b(?=\s*(?:$|[,.\n]|at\b|in\b|under|by\b|with|of\b|on\b|and\b|beneath|where|stretch))|"
    r"草地|草原|"
    r"田野|谷(?!物|仓|粒)|山坳|(?<!沙)丘|原野|麦田",
}

ELEMENTS: dict[str, str] = {
    "mountains": r"mountain|\bpeaks?\b|summit|\balps?\b|alpine|山(?!谷|洞|丘|坳)|峰|岭",
    "hills": r"\bhills?\b|valley|\bglens?\b|\bvale\b|meadow|moor|(?<!沙)丘|谷(?!物|仓|粒)|山坳|坡",
    "forest": rf"{_WOOD}|jungle|clearing|{_WOOD_SIGNS}",
    "tree": r"\btree\b|\boak\b(?! (?:table|door|floor|desk|chest|bed|beam|chair))|\bwillow\b|一棵树|老树|大树|橡树|柳",
    "sea": r"\bsea\b|\bocean|\bwaves?\b|\bbeach|\b(?:sea)?shore|\bsea-?side|\bsurf\b|\bcoast(?:s|line|al)?\b|harbou?r|"
    r"\bisland|\bpier\b|jetty|(?<!林)海|洋面|沙滩|码头|港",
    "lake": r"\blake|\bponds?\b|\btarn|湖|池塘",
    "jetty": r"\bpier\b|jetty|\bquay|harbou?r|\bdock\b|码头|港",
    "river": r"\briver|\bstream\b|\bbrook|\bcreek|河|溪|江",
    "waterfall": r"waterfall|\bcascade\b|瀑布",
    "stars": r"\bstars\b|starlight|starlit|starry|constellation|milky way|\bnight\b|星|夜空|银河|夜",
    "moon": r"\bmoon|月(?!份)",
    "sun": r"\bsun\b|sunset|sunrise|sundown|golden[- ]hour|magic hour|黄金时|金色时|太阳|夕阳|斜阳|日落|日出|落日",
    "aurora": r"aurora|northern lights|极光",
    "clouds": r"\bclouds?\b|cloudy|overcast|云",
    "fog": r"\bfog(?:gy)?\b|\bmist(?:s|y)?\b|\bhaze\b|\bhazy|雾|霭|朦胧",
    "rain": r"\brain(?:s|y|ing|fall)?\b|drizzl|downpour|雨",
    "snowfall": r"snowfall|snowflake|snowing|snowstorm|blizzard|falling snow|snow (?:is )?fall|"
    r"飘雪|下雪|雪花|大雪|飞雪",
    "lightning": r"lightning|闪电",
    "storm": r"storm|thunder|\bgale|暴风|雷|风暴",
    "city": r"\bcity|skyscraper|downtown|metropolis|\burban|\bplaza\b|\btown\b|rooftops?|\broofs\b|"
    r"\bstreets?\b|\balley|市|街|城镇|城里|城中|镇(?!定|静)|广场|屋顶|巷",
    "street": r"\bstreets?\b|\balley|街|巷",
    "village": r"\bvillage|\bhamlet|村",
    "house": r"\bcabin|\bhut\b|cottage|\bhouse\b|farmhouse|\binn\b|小屋|木屋|房子|茅屋|家门",
    "lighthouse": r"lighthouse|灯塔",
    "bridge": r"\bbridge|viaduct|桥",
    "road": r"\bpath\b|\broad|\btrack\b|\btrail\b|\blane\b|crossroads|\bforks?\b|小路|道路|小径|山路|公路|路上|岔",
    "fork": r"\bforks?\b|crossroads|(?:paths?|road) (?:splits?|divides?)|岔",
    "boat": r"\bboats?\b|\bships?\b|\bsail(?:s|ing|boats?)?\b|ferry|rowing|dinghy|船|帆|舟",
    "lamps": r"street ?lamps?|lamp ?posts?|streetlights?|lamps\b|路灯|街灯",
    "lantern": r"\blantern|\blamp\b|candle|torch|glow|灯笼|提灯|灯(?!塔)|烛|火把",
    "fire": r"camp ?fire|bonfire|\bfire\b|fireplace|hearth|篝火|炉火|壁炉|火堆",
    "flowers": r"flower|blossom|poppies|wildflower|bloom|(?<!雪)花(?!园)",
    "grass": r"\bgrass|meadow|\bfield|\breeds?\b|wheat|草|麦|芦苇",
    "rocks": r"\brocks?\b|boulder|\bstones?\b|\bcliff|岩|石|悬崖",
    "birds": r"\bbirds?\b|\bgulls?\b|seagull|geese|swallows|\bcrows?\b|鸟|海鸥|雁|燕",
    "fish": r"\bfish(?:es)?\b|鱼",
    "fireflies": r"firefl|萤",
    "balloon": r"balloon|气球",
    "kite": r"\bkite|风筝",
    "tent": r"\btent\b|\bcamp\b|帐篷|营地",
    "axes": r"ice[- ]ax|pickax|冰镐|冰斧",
    "fence": r"\bfence|\bgate\b|篱|栅栏",
    "window": r"\bwindow|窗",
    "shelf": r"bookshel|\bshel(?:f|ves)\b|\bbooks\b|library|书架|书房|书柜",
    "bed": r"(?<!sea )(?<!ocean )\bbed\b|bedroom|\bhammock|sleeping bag|床|卧室|睡袋",
    "table": r"\btable\b|\bdesk\b|workbench|\bdining|桌|作坊",
    "stairs": r"\bstairs?\b|\bstair(?:case|way|well)|flight of steps|"
    r"(?:stone|wooden|marble|mossy|worn|steep|temple) steps\b|\bsteps (?:that )?(?:lead|climb|go|wind) (?:up|down)|"
    r"楼梯|台阶",
    "thread": r"\bthread|\byarn|\bstring\b|线(?!条|索)",
    "two threads": r"\bthread\b[^,]{0,24}\b(?:split|forks?|divid|in two|two ends)|"
    r"线[^，]{0,8}(?:分成|分为|分出|两股|两头)",
    "leaves": r"falling leaves|\bleaves\b|autumn|落叶|红叶|秋",
    "petals": r"petals|cherry blossom|花瓣|樱花",
    "desert": r"\bdeserts?\b|\bdunes?\b|沙漠|沙丘",
    "cave": r"\bcaves?\b|cavern|grotto|\btunnel|洞",
}

TINTS: dict[str, tuple[str, str]] = {
    "red": (r"\b(?:crimson|scarlet|red|ruby) (?:light|sky|palette|tones?|haze|glow)|红色(?:调|天)", "#C0392B"),
    "blue": (r"\b(?:blue|azure|cobalt|indigo) (?:light|palette|tones?|haze|shadows?)|蓝色调|冷色", "#3F6FA8"),
    "green": (r"\b(?:green|emerald|teal) (?:light|palette|tones?|haze|glow)|绿色调|青色调", "#4E9A74"),
    "violet": (r"\b(?:violet|purple|lilac|lavender|mauve)\b|紫", "#8E6BB0"),
    "pink": (r"\b(?:pink|rose(?:[- ]colou?red)?(?! to\b| from\b| up\b| and\b| over\b)|rosy|coral)\b|粉", "#E59AA0"),
    "amber": (r"\b(?:amber|orange|honey|copper)\b|琥珀|橙|橘", "#E39A4B"),
    "grey": (r"\b(?:muted|desaturated|monochrome|silver|gr[ea]y (?:palette|tones?))\b|灰色调|黑白|银色", "#9A9C9E"),
}


def in_order(vocabulary: dict[str, str], text: str) -> list[str]:
    """Return the words' names in the order in which the text first says them."""
    found = ((match.start(), name) for name, pattern in vocabulary.items() if (match := re.search(pattern, text)))
    return [name for _, name in sorted(found)]
