@echo off
rem Sets JAVA to a java.exe of version 25 or later, or says what is missing and fails. Called by posthorse.cmd; no setlocal here.
rem POSTHORSE_JAVA_HOME decides where it is set; a wrong one is an error. Else JAVA_HOME, PATH and the usual places are looked at.
set "JAVA="
if not defined POSTHORSE_JAVA_HOME goto search
call :take "%POSTHORSE_JAVA_HOME%"
if defined JAVA exit /b 0
if defined FOUND (
    echo POSTHORSE_JAVA_HOME is %POSTHORSE_JAVA_HOME%, which is Java %FOUND%; Posthorse runs on Java 25 or later. 1>&2
) else (
    echo POSTHORSE_JAVA_HOME is %POSTHORSE_JAVA_HOME%, and there is no Java in it, bin\java.exe and a file "release". 1>&2
)
echo Set it to a JDK 25, or remove it to have one looked for. 1>&2
exit /b 1

:search
if defined JAVA_HOME call :take "%JAVA_HOME%"
if defined JAVA exit /b 0
for %%j in (java.exe) do if not "%%~$PATH:j"=="" call :take "%%~dp$PATH:j.."
if defined JAVA exit /b 0
for %%p in ("%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Java" "%ProgramFiles%\Microsoft" "%ProgramFiles%\Zulu" "%ProgramFiles%\Amazon Corretto" "%ProgramFiles%\BellSoft" "%LocalAppData%\Programs\Eclipse Adoptium" "%UserProfile%\.jdks" "%UserProfile%\.gradle\jdks" "%UserProfile%\.sdkman\candidates\java" "%LocalAppData%\mise\installs\java" "%UserProfile%\scoop\apps") do for /d %%j in ("%%~p\*") do (
    if not defined JAVA call :take "%%~j"
    if not defined JAVA call :take "%%~j\current"
)
if defined JAVA exit /b 0
echo Posthorse runs on Java 25 or later, and none was found: not in POSTHORSE_JAVA_HOME, JAVA_HOME or PATH, and not where 1>&2
echo installers, scoop, mise and IDEs keep theirs. Install a JDK 25, Eclipse Temurin, say: 1>&2
echo     winget install EclipseAdoptium.Temurin.25.JDK 1>&2
echo or set POSTHORSE_JAVA_HOME to where one is. 1>&2
exit /b 1

rem Takes the JDK in a directory where it is new enough; sets FOUND to its version where it is not.
:take
set "FOUND="
if not exist "%~1\bin\java.exe" exit /b 0
if not exist "%~1\release" exit /b 0
for /f "usebackq tokens=1,2 delims==" %%k in ("%~1\release") do if "%%k"=="JAVA_VERSION" set "FOUND=%%~l"
if not defined FOUND exit /b 0
for /f "tokens=1 delims=.-+" %%v in ("%FOUND%") do if %%v geq 25 set "JAVA=%~f1\bin\java.exe"
exit /b 0
