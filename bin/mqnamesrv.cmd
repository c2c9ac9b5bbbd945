@echo off
rem RocketMQ's mqnamesrv; the twin of bin/mqnamesrv for Windows.
"%~dp0posthorse.cmd" mqnamesrv %*
