"""What the company sells: products and the platforms their SDKs run on."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Platform(models.TextChoices):
    ANDROID = "android", "Android"
    IOS = "ios", "iOS"
    WEB = "web", "Web"
    WINDOWS = "windows", "Windows"
    MACOS = "macos", "macOS"
    FLUTTER = "flutter", "Flutter"
    UNITY = "unity", "Unity"
    ELECTRON = "electron", "Electron"
    REACT_NATIVE = "react-native", "React Native"
    SERVER = "server", _("Server")


class Product(models.Model):
    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return self.name_zh if chinese and self.name_zh else self.name


class SdkVersion(models.Model):
    """A version that was released. Support ends at the end of `supported_until`; open while it is empty."""

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="sdk_versions", verbose_name=_("product")
    )
    platform = models.CharField(
        _("platform"), max_length=20, choices=Platform.choices, blank=True, help_text=_("Empty: all of them.")
    )
    version = models.CharField(_("version"), max_length=40)
    released_on = models.DateField(_("released"), null=True, blank=True)
    supported_until = models.DateField(_("supported until"), null=True, blank=True)

    class Meta:
        verbose_name = _("SDK version")
        verbose_name_plural = _("SDK versions")
        constraints = [
            models.UniqueConstraint(fields=["product", "platform", "version"], name="sdk_version_once")
        ]

    def __str__(self) -> str:
        return self.version

    def has_ended(self, today: date) -> bool:
        return self.supported_until is not None and self.supported_until < today
