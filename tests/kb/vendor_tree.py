# ruff: noqa: E501 (samples, each on its line)
"""A tree of documentation as a vendor's really is, for tests and the bench: our own text, their habits.

Both languages, folders by product and platform, front matter good and bad, and everything that has ever been
found in such a tree: other encodings, tabs, components, tables of HTML, missing pictures, symbolic links.
`grow` is the same tree for the same number of pages.
"""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

PRODUCTS = ["RTC", "Live", "Chat", "Recording"]
PLATFORMS = ["Android", "iOS", "Web", "Windows", "macOS", "Flutter", "Unity", "Electron", "Linux"]
CODE = {
    "Android": "kotlin",
    "iOS": "swift",
    "Web": "js",
    "Windows": "cpp",
    "macOS": "objc",
    "Flutter": "dart",
}
THINGS = [
    *("audio route", "video encoder", "token", "screen capture", "beauty filter", "network quality", "mixer"),
    *("recording layout", "watermark", "echo cancelling", "camera", "data stream", "channel profile", "log"),
]
THINGS_ZH = [
    *("音频路由", "视频编码", "令牌", "屏幕采集", "美颜", "网络质量", "混音", "录制布局", "水印", "回声消除"),
    *("摄像头", "数据流", "频道模式", "日志"),
]
VERBS = ["Set up", "Change", "Debug", "Measure", "Migrate", "Understand", "Test"]
VERBS_ZH = ["配置", "切换", "调试", "测量", "迁移", "了解", "测试"]


def picture(number: int = 0) -> bytes:
    """A PNG of one pixel; another colour for another number."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    pixel = bytes([0, number % 256, number // 256 % 256, 7])
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(pixel))
        + chunk(b"IEND", b"")
    )


def grow(folder: Path, pages: int = 1_300) -> int:
    """Write the tree; how many Markdown files it has."""
    dice = random.Random(11)
    folder.mkdir(parents=True, exist_ok=True)
    odd = oddities(folder)
    for number in range(max(0, pages - odd) // 2):
        product, platform = dice.choice(PRODUCTS), dice.choice(PLATFORMS)
        thing = dice.randrange(len(THINGS))
        verb = dice.randrange(len(VERBS))
        place = f"{product.lower()}/{platform.lower()}/{number % 12:02}-part"
        name = f"{number:04}-{THINGS[thing].replace(' ', '-')}"
        for language in ("en", "zh"):
            file = folder / language / place / f"{name}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            facts = front_matter(dice, language, product, platform, verb, thing, number)
            file.write_text(facts + page(dice, language, platform, verb, thing, number), encoding="utf-8")
        if number % 5 == 0:
            shot = folder / "en" / place / "img" / f"shot-{number}.png"
            shot.parent.mkdir(exist_ok=True)
            shot.write_bytes(picture(number))
    return sum(
        1
        for file in folder.rglob("*")
        if file.suffix in (".md", ".mdx", ".markdown") and file.is_file() and not file.is_symlink()
    )


def front_matter(
    dice: random.Random, language: str, product: str, platform: str, verb: int, thing: int, number: int
) -> str:
    title = (
        f"{VERBS[verb]} the {THINGS[thing]} {number}"
        if language == "en"
        else f"{VERBS_ZH[verb]}{THINGS_ZH[thing]} {number}"
    )
    platforms = f'["{platform}", "iOS"]' if number % 2 else platform
    return dice.choice(
        [
            f'---\ntitle: "{title}"\nplatform: {platforms}\nupdatedAt: 2024-0{1 + number % 9}-17\nProducts: {product}\n---\n',
            f"---\ntitle: {title}\nplatform: {platforms}\nproducts: [{product}, Whiteboard]\nsidebar_position: {number}\n---\n",
            f"---\nupdatedAt: 2023/{1 + number % 12}/3 10:00\nplatform: {platforms}\n---\n# {title}\n",
            f"# {title}\n",
            f"---\ntitle: {title}: with a colon: that breaks\nplatform: {platforms}\n---\n",
            f"---\ntitle:\t{title}\n\tplatform: [{platform}\n---\n",
        ]
    )


def page(dice: random.Random, language: str, platform: str, verb: int, thing: int, number: int) -> str:
    """A few screens of text with tables, code, boxes, tabs, links that work and some that do not."""
    chinese = language == "zh"
    what = THINGS_ZH[thing] if chinese else THINGS[thing]
    doing = VERBS_ZH[verb] if chinese else VERBS[verb].lower()
    lines = [
        "",
        f"本文说明如何{doing}{what}，适用于 {platform} 平台。"
        if chinese
        else f"How to {doing} the {what} on {platform}.",
        "",
        f"## {'前提条件' if chinese else 'Before you start'}",
        "",
        f"- SDK 4.{number % 9}.{number % 5}",
        f"    - `set{what.title().replace(' ', '')}` {'返回' if chinese else 'returns'} `-{100 + number % 300}`",
        "      ```bash",
        "      adb logcat -s rtc",
        "      ```",
        "",
        "::: warning" if number % 2 else "!!! note",
        "请在 join 之前调用。"
        if chinese
        else ("Call it before joining." if number % 2 else "    Call it before joining."),
        ":::" if number % 2 else "",
        "",
    ]
    for section in range(dice.randint(1, 5)):
        lines += [
            f"## {section + 1}. {what} {section}",
            "",
            *(
                f"{'如果画面异常，请检查' if chinese else 'If the picture is wrong, check'} `ERR_{section}_{line}` "
                f"{'与日志中的错误码' if chinese else 'and the code in the log'} {number + line}。"
                for line in range(dice.randint(2, 8))
            ),
            "",
            "| code | meaning |",
            "|---|---|",
            *(f"| -{100 + row} | {what} {row}<br>`retry({row})` |" for row in range(dice.randint(2, 12))),
            "",
            f"```{CODE.get(platform, 'nosuch-language')}",
            *(
                f'engine.call({line}, "{what}"); // <T> ::: {{{{ x }}}}'
                for line in range(dice.randint(3, 20))
            ),
            "```",
            "",
        ]
    lines += dice.choice(
        [
            [
                "<Tabs>",
                '<TabItem value="a" label="Kotlin">',
                "",
                "```kotlin",
                "val a = 1",
                "```",
                "",
                "</TabItem>",
                "</Tabs>",
            ],
            [
                "<table>",
                "<tr><th>API</th></tr>",
                "<tr><td>",
                "",
                "```js",
                "join()",
                "```",
                "",
                "</td></tr>",
                "</table>",
            ],
            [
                "::: code-group",
                "```kotlin [Android]",
                "join()",
                "```",
                "```swift [iOS]",
                "join()",
                "```",
                ":::",
            ],
            ["Text[^1].", "", "[^1]: A footnote."],
            ["- [x] done", "- [ ] open"],
            ["<CustomCard color={`#fff`} />", "", "{{ $frontmatter.title }}"],
        ]
    )
    step = 5 * (number // 5)
    lines += [
        "",
        f"![shot](img/shot-{number}.png) ![gone](./img/gone-{number}.png)" if number % 5 == 0 else "",
        f"[{what}](../{(number - 1) % 12:02}-part/{number - 1:04}-nosuch.md) [top](#1-{what.replace(' ', '-')}-0)",
        f"[error codes](../../../../odd/long.md#code-{step % 40}) [web](https://docs.example/{number})",
        "",
    ]
    return "\n".join(lines)


def oddities(folder: Path) -> int:
    """One file of everything that is odd; how many are Markdown."""
    odd = folder / "odd"
    odd.mkdir(exist_ok=True)
    texts = {
        "bom.md": b"\xef\xbb\xbf---\ntitle: BOM\n---\n\nText.\n",
        "crlf.md": b"---\r\ntitle: CRLF\r\n---\r\n\r\nOne\r\ntwo\r\n",
        "gbk.md": "---\ntitle: 国标编码\n---\n\n这份文档使用国标编码保存，内容是黑屏的排查方法。\n".encode(
            "gb18030"
        ),
        "utf16.md": "---\ntitle: Wide\n---\n\nText\n".encode("utf-16"),
        "half.md": "---\ntitle: 坏字节\n---\n\n一个坏掉的字节：".encode()
        + b"\xff"
        + "，其余正常。".encode() * 60,
        "empty.md": b"",
        "blank.md": b"   \n\n\t\n",
        "only-facts.md": b"---\ntitle: Nothing else\n---\n",
        "binary.md": bytes(range(256)) * 40,
        "noise.md": random.Random(3).randbytes(5_000).replace(b"\0", b"\1"),
        "never-closed.md": b"---\ntitle: Never closed\n\n# Heading\n\nText.\n",
        "not-a-mapping.md": b"---\n- a\n- b\n---\n\nText after a list.\n",
        "aliases.md": b"---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: Bomb\n---\n\nText.\n",
        "duplicate-keys.md": b"---\ntitle: One\ntitle: Two\n---\n\nText.\n",
        "bad-date.md": b"---\ntitle: Date\nupdatedAt: 2024-13-45\nplatform: {a: b}\n---\n\nText.\n",
        "nested.md": b"---\ntitle: " + b"[" * 2_000 + b"\n---\n\nText.\n",
        "same-title-1.md": b"---\ntitle: Same\n---\n\nFirst.\n",
        "same-title-2.md": b"---\ntitle: Same\n---\n\nSecond.\n",
        "Case.md": b"# Upper\n\nUpper.\n",
        "case.md": b"# Lower\n\nLower.\n",
        "two words.md": b"# Two words\n\n[self](two%20words.md) [case](<Case.md>)\n",
        "100%.md": b"# Percent\n\n[self](100%25.md)\n",
        "中文名.md": "# 中文文件名\n\n链接到[自己](中文名.md)和[编码](%E4%B8%AD%E6%96%87%E5%90%8D.md)。\n".encode(),
        "a-b.md": b"# A dash b\n\nText.\n",
        "long.md": b"# Codes\n\n"
        + b"".join(b"## Code %d\n\nMeaning of %d.\n\n" % (n, n) for n in range(4_000)),
        "huge.md": b"# Huge\n\n" + b"word " * 1_000_000,
        "big.md": b"# Big\n\n" + b"A line of words that goes on.\n" * 30_000,
        "quotes.md": b">" * 3_000 + b" deep\n",
        "jsx.mdx": b"import Tabs from '@theme/Tabs';\n\n# JSX\n\n<Tabs\n  values={[\n    {label: 'A'},\n  ]}>\n</Tabs>\n\nText.\n",
        "vue.md": b'# Vue\n\n<script setup>\nimport x from \'./x.vue\'\n</script>\n\n<ClientOnly>\n<my-chart :data="x" @click="y"/>\n</ClientOnly>\n\n<style scoped>p{}</style>\n\nText.\n',
        "include.md": b"# Include\n\n<!--@include: ./other.md-->\n\n!!!include(other.md)!!!\n\nText.\n",
        "attack.md": b"# Attack\n\n<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1))\n",
        "draft.md": b"---\ntitle: Draft\ndraft: true\n---\n\nNot yet.\n",
        "no-title.md": b"Only a paragraph.\n",
        "README.md": b"# Odd things\n\n[a](./a-b.md) [svg](drawing.svg) ![svg](drawing.svg) ![fake](fake.png)\n",
        "guide.zh.md": "# 后缀\n\n后缀决定语言，正文是中文。\n".encode(),
        "guide.en.md": b"# Suffix\n\nThe suffix tells the language.\n",
        "_partial.md": b"Part of other pages.\n",
        "nul-in-text.md": b"# NUL\n\nA \0 byte.\n",
        "control.md": b"# Control\n\n\x1b[31mred\x1b[0m \x08\n",
    }
    for name, content in texts.items():
        (odd / name).write_bytes(content)
    (odd / "a").mkdir(exist_ok=True)
    (odd / "a" / "b.md").write_bytes(b"# A slash b\n\nText.\n")
    (odd / "folder.md").mkdir(exist_ok=True)
    (odd / "drawing.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
    )
    (odd / "fake.png").write_bytes(b"<html>not a picture</html>")
    (odd / "notes.json").write_text("{}")
    (folder / "node_modules").mkdir(exist_ok=True)
    (folder / "node_modules" / "x.md").write_text("# Not ours\n\nText.\n")
    for link, target in (("link.md", "bom.md"), ("out.md", "/etc/hostname"), ("loop", "..")):
        if not (odd / link).is_symlink():
            (odd / link).symlink_to(target)
    return len(texts) + 1
