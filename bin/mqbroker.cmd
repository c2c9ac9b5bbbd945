@echo off
rem RocketMQ's mqbroker; the twin of bin/mqbroker for Windows.
"%~dp0posthorse.cmd" mqbroker %*
