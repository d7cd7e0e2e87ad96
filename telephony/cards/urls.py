"""Addresses under `desk/`: what the cards' script asks for, and the desk's own pages."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from telephony.cards import board, preferences, views, why

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="desk"),
    path("settings/", admin.site.admin_view(preferences.preferences), name="desk_settings"),
    path("board/", admin.site.admin_view(board.board), name="board"),
    path("board/rows/", board.rows, name="board_rows"),
    path("why/", admin.site.admin_view(why.why), name="why"),
    path("status/", views.status, name="desk_status"),
    path("cards/", views.cards, name="desk_cards"),
    path("state/", views.state, name="desk_state"),
    path("cards/dismiss/", views.dismiss_all, name="desk_dismiss_all"),
    path("cards/<int:pk>/shown/", views.shown, name="desk_shown"),
    path("cards/<int:pk>/dismiss/", views.dismiss, name="desk_dismiss"),
    path("cards/<int:pk>/result/", views.result, name="desk_result"),
    path("cards/<int:pk>/choose/", views.choose, name="desk_choose"),
]
