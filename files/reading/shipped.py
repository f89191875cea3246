"""The patterns a fresh desk begins with: logcat, iOS and macOS, the console of browsers, logs of RTC SDKs.

They become rows (`files.LogPattern`) that admins edit; a row whose `key` is known is never written again.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

_VERSION = r"v?(\d{1,3}\.\d{1,3}(?:\.\d{1,4}){0,2}(?:-[0-9A-Za-z.]{1,20})?)"

# key, fact, name, pattern, value, example. In the order in which they are believed.
SHIPPED: list[tuple[str, str, str, str, str, str]] = [
    (
        "sdk-named",
        "sdk_version",
        _("SDK version by name"),
        r"(?i)\bsdk[ _-]?ver(?:sion)?(?:[ _-]?name)?[\"']?\s*(?:[:=(]|is)?\s*[\"']?" + _VERSION,
        "",
        "I/RtcEngine: SDK version: 4.3.2",
    ),
    (
        "sdk-product",
        "sdk_version",
        _("SDK and its version"),
        r"(?i)\b(?:[a-z]{2,20}[ _-]?)?(?:rtc|rtm|live|im|engine)?[ _-]?sdk(?:[ _-](?:android|ios|web|native))?[ /:=@_-]{1,3}(?:ver(?:sion)?[ :=]{0,2})?"
        + _VERSION,
        "",
        "20:41:02.118 I [engine ] create: sdk 4.3.1 build 10442",
    ),
    (
        "sdk-engine",
        "sdk_version",
        _("Engine and its version"),
        r"(?i)\b[a-z]{0,12}rtc(?:[ _-]?(?:engine|core|lib(?:rary)?))?(?:[ _-]?kit)?[ /:=@_-]{1,3}(?:ver(?:sion)?[ :=]{0,2})?"
        + _VERSION,
        "",
        "RtcEngine version 4.3.2 (build 1102)",
    ),
    (
        "platform-logcat",
        "platform",
        _("Android: a line of logcat"),
        r"^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s+\d+\s+\d+ [VDIWEFA] ",
        "android",
        "07-13 09:00:01.123  2345  2371 E RtcEngine: error -17",
    ),
    (
        "platform-logcat-brief",
        "platform",
        _("Android: a brief line of logcat"),
        r"^(?:\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} )?[VDIWEF]/[\w.$-]{1,60}\s*\(\s*\d+\): ",
        "android",
        "E/RtcEngine( 2345): error -17",
    ),
    (
        "platform-flutter",
        "platform",
        _("Flutter"),
        r"\b(?:I/flutter|package:flutter/|Flutter Engine)",
        "flutter",
        "I/flutter ( 2345): joined",
    ),
    (
        "platform-unity",
        "platform",
        _("Unity"),
        r"\b(?:UnityEngine\.|Unity version|Initialize engine version: )",
        "unity",
        "UnityEngine.Debug:Log(Object)",
    ),
    (
        "platform-electron",
        "platform",
        _("Electron"),
        r"\bElectron/\d",
        "electron",
        "Chrome/120.0.0.0 Electron/28.1.0 Safari/537.36",
    ),
    (
        "platform-react",
        "platform",
        _("React Native"),
        r"\b(?:ReactNativeJS|com\.facebook\.react\.)",
        "react-native",
        "I/ReactNativeJS(2345): joined",
    ),
    (
        "platform-web-console",
        "platform",
        _("Web: a line of the console"),
        r"\b[\w.-]{1,60}\.(?:js|mjs|tsx?)(?:\?\w{0,40})?:\d{1,6}(?::\d{1,6})? |\bUncaught \(in promise\)",
        "web",
        "app.js:120 Uncaught (in promise) NotAllowedError",
    ),
    (
        "platform-web",
        "platform",
        _("Web: a browser names itself"),
        r"\bMozilla/5\.0 \(",
        "web",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    ),
    (
        "platform-nslog",
        "platform",
        _("iOS: a line of NSLog"),
        r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,6}[+-]\d{4} [\w .-]{1,40}\[\d+[:\]]",
        "ios",
        "2026-07-13 09:00:01.123456+0800 Kite[345:6789] joined",
    ),
    (
        "platform-android",
        "platform",
        _("Android by name"),
        r"\bAndroid(?: OS)?[ /:=(]{1,2}\d{1,2}\b|\bBuild fingerprint: ",
        "android",
        "device Pixel 8, Android 14",
    ),
    (
        "platform-ios",
        "platform",
        _("iOS by name"),
        r"\b(?:iPhone OS|iPadOS|iOS)[ /:=]{1,2}\d{1,2}[._]|\bHardware Model:\s+i(?:Phone|Pad)|\bCPU (?:iPhone )?OS \d",
        "ios",
        "OS Version:          iPhone OS 17.5.1 (21F90)",
    ),
    (
        "platform-macos",
        "platform",
        _("macOS by name"),
        r"\b(?:macOS|Mac OS X)[ /:=]{1,2}\d{2}[._]\d",
        "macos",
        "OS Version:            macOS 14.5 (23F79)",
    ),
    (
        "platform-windows",
        "platform",
        _("Windows by name"),
        r"\bWindows(?: NT)? 1[01](?:\.0)?\b",
        "windows",
        "os: Windows 11 23H2",
    ),
    (
        "device-fingerprint",
        "device_model",
        _("Device by its property"),
        r"\[?ro\.product\.(?:marketname|model)\]?\s*[:=]\s*\[?([\w][\w .()+-]{1,40})",
        "",
        "[ro.product.model]: [Pixel 8]",
    ),
    (
        "device-model",
        "device_model",
        _("Device by name"),
        r"(?i)\b(?:device[ _-]?(?:model|name|type)|hardware model|phone model|model(?:code)?)[\"']?\s*[:=]\s*[\"']?([\w][\w .()+,-]{1,40}?)(?:[\"';|\]]|, |\s{2}|\s*$)",
        "",
        "Hardware Model:      iPhone15,2",
    ),
    (
        "device-word",
        "device_model",
        _("Device after the word"),
        r"\b[Dd]evice[:=]? ((?:Pixel|Redmi|Xiaomi|HUAWEI|Huawei|HONOR|OPPO|vivo|OnePlus|Galaxy|SM-|iPhone|iPad|Mi |POCO|Nexus|Moto)[\w .()+-]{0,30}?)(?:[\"',;|\]]|\s{2}|$)",
        "",
        "device Pixel 8, Android 14",
    ),
    (
        "device-agent",
        "device_model",
        _("Device in a browser's name"),
        r"\(Linux; (?:U; )?Android [\d.]{1,8}; (?:[a-z]{2}-[a-zA-Z]{2}; )?([\w][\w .()+-]{1,40}?)(?: Build/[^)]{1,60})?[;)]",
        "",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36",
    ),
    (
        "os-android",
        "os_version",
        _("Version of Android"),
        r"\bAndroid(?: OS)?(?: version)?[ /:=(]{1,3}v?(\d{1,2}(?:\.\d{1,2}){0,2})\b",
        r"Android \1",
        "device Pixel 8, Android 14 (API 34)",
    ),
    (
        "os-android-property",
        "os_version",
        _("Version of Android by its property"),
        r"ro\.build\.version\.release\]?\s*[:=]\s*\[?(\d{1,2}(?:\.\d{1,2}){0,2})",
        r"Android \1",
        "[ro.build.version.release]: [14]",
    ),
    (
        "os-android-fingerprint",
        "os_version",
        _("Version of Android in a fingerprint"),
        r"\bBuild fingerprint: '?[^:\s]{3,120}:(\d{1,2}(?:\.\d{1,2})?)/",
        r"Android \1",
        "Build fingerprint: 'google/shiba/shiba:14/UQ1A.240205.002/11224170:user/release-keys'",
    ),
    (
        "os-ios",
        "os_version",
        _("Version of iOS"),
        r"\b(?:iPhone OS|iOS)(?: version)?[ /:=]{1,3}(\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)",
        r"iOS \1",
        "OS Version:          iPhone OS 17.5.1 (21F90)",
    ),
    (
        "os-ipados",
        "os_version",
        _("Version of iPadOS"),
        r"\biPadOS(?: version)?[ /:=]{1,3}(\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)",
        r"iPadOS \1",
        "system: iPadOS 17.5",
    ),
    (
        "os-macos",
        "os_version",
        _("Version of macOS"),
        r"\b(?:macOS|Mac OS X)(?: version)?[ /:=]{1,3}(\d{2}[._]\d{1,2}(?:[._]\d{1,2})?)",
        r"macOS \1",
        "OS Version:            macOS 14.5 (23F79)",
    ),
    (
        "os-windows",
        "os_version",
        _("Version of Windows"),
        r"\bWindows (1[01](?: \d\dH[12])?)\b",
        r"Windows \1",
        "os: Windows 11 23H2",
    ),
    (
        "browser-chrome",
        "browser",
        _("Chrome"),
        r"\bChrome/(\d{2,3}(?:\.\d{1,5}){1,3})",
        r"Chrome \1",
        "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.109 Safari/537.36",
    ),
    (
        "browser-firefox",
        "browser",
        _("Firefox"),
        r"\bFirefox/(\d{2,3}(?:\.\d{1,3}){0,2})",
        r"Firefox \1",
        "Gecko/20100101 Firefox/128.0",
    ),
    (
        "browser-safari",
        "browser",
        _("Safari"),
        r"\bVersion/(\d{2}(?:\.\d{1,2}){0,2}) (?:Mobile/\w{1,10} )?Safari/",
        r"Safari \1",
        "Version/17.5 Mobile/15E148 Safari/604.1",
    ),
    (
        "error-called",
        "error_code",
        _("An error code by name"),
        r"(?i)\b(?:err(?:or)?[ _-]?(?:code|no|num(?:ber)?)?|result[ _-]?code|ret[ _-]?code|on_?error)[\"']?\s?(?:[:=(,]|is)?\s{0,2}[\"']?(-?[1-9]\d{0,5})\b",
        "",
        "E RtcEngine: onError, error code: -17",
    ),
    (
        "error-code",
        "error_code",
        _("A code after a sign"),
        r"\bcode[\"']?\s?[:=]\s?[\"']?(-?[1-9]\d{0,5})\b",
        "",
        'join failed {"code":-102}',
    ),
    (
        "error-negative",
        "error_code",
        _("What was returned, below zero"),
        r"(?i)\b(?:ret(?:urn(?:s|ed)?)?|result|failed(?: with)?|status)[ :=(]{1,3}(-[1-9]\d{0,5})\b",
        "",
        "joinChannel returned -17",
    ),
    (
        "error-name",
        "error_code",
        _("A named error"),
        r"\b((?:[A-Z]{2,12}_)?ERR(?:OR)?_[A-Z][A-Z0-9_]{2,40})\b",
        "",
        "AudioDevice: ERR_ADM_INIT_PLAYOUT",
    ),
    (
        "error-chinese",
        "error_code",
        _("An error code in Chinese"),
        r"(?:错误码?|错误代码|返回码?|状态码|报错)\s?[:：=]?\s?(-?[1-9]\d{0,5})\b",
        "",
        "加入频道失败，错误码：-17",
    ),
]


def ship(**_signal: Any) -> None:
    """Put up the shipped patterns that are not there yet."""
    from files.models import LogPattern

    known = set(LogPattern.objects.exclude(key=None).values_list("key", flat=True))
    LogPattern.objects.bulk_create(
        LogPattern(
            key=key, fact=fact, name=name, pattern=pattern, value=value, example=example, position=index * 10
        )
        for index, (key, fact, name, pattern, value, example) in enumerate(SHIPPED)
        if key not in known
    )
