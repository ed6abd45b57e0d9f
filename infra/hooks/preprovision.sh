#!/bin/sh
# Writes down the month of the first deployment: a budget's start cannot change later.
set -eu

[ -n "${DGXMUSIC_BUDGET_START:-}" ] || azd env set DGXMUSIC_BUDGET_START "$(date -u +%Y-%m-01)"
