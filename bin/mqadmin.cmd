@echo off
rem RocketMQ's mqadmin; the twin of bin/mqadmin for Windows.
"%~dp0posthorse.cmd" mqadmin %*
