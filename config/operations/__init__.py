"""For whoever runs the installation: probes, figures for Prometheus, errors to Sentry.

logs       the form of the log
probes     /healthz and /readyz
metrics    /metrics, for whoever knows METRICS_TOKEN
sentry     errors to SENTRY_DSN, without what is secret
settings   what of it the environment says
"""
