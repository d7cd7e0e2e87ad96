"""Addresses of telephony's part of the API; a project includes them where its API is."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from telephony.api import health, missed, rules, statuses, views

router = SimpleRouter()
router.register("calls", views.CallViewSet, basename="call")
router.register("recordings", views.RecordingViewSet, basename="recording")
router.register("dials", views.DialViewSet, basename="dial")
router.register("missed", missed.MissedViewSet, basename="missed")
router.register("rules", rules.RuleViewSet, basename="rule")
router.register("extensions", views.ExtensionViewSet, basename="extension")
router.register("health", health.HealthViewSet, basename="health")
router.register("statuses", statuses.StatusViewSet, basename="status")

urlpatterns = router.urls
