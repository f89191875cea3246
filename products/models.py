"""What the company sells: products and the platforms their SDKs run on."""

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
