@echo off
rem The twin of bin/tools.sh for Windows.
"%~dp0posthorse.cmd" tools %*
