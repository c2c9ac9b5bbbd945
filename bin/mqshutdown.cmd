@echo off
rem RocketMQ's mqshutdown; the twin of bin/mqshutdown for Windows.
"%~dp0posthorse.cmd" mqshutdown %*
