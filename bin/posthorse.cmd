@echo off
rem posthorse COMMAND ...: the twin of bin/posthorse for Windows; "posthorse help" lists the commands.
setlocal EnableExtensions DisableDelayedExpansion
for %%d in ("%~dp0..") do set "POSTHORSE_HOME=%%~fd"
call "%~dp0find-jdk.cmd"
if errorlevel 1 exit /b 1
set "COMMAND=%~1"
set ARGUMENTS=%*
set "LIB=%POSTHORSE_HOME%\cli\target\lib"
set "REST="

if "%COMMAND%"=="mqadmin" goto mqadmin
if "%COMMAND%"=="tools" goto tools
if "%COMMAND%"=="java" goto java
call :build
if errorlevel 1 exit /b 1
if "%COMMAND%"=="build" exit /b 0
if not defined POSTHORSE_HEAP set "POSTHORSE_HEAP=512m"
set OPTIONS=-Xms64m -Xmn40m -XX:SurvivorRatio=2 -Xmx%POSTHORSE_HEAP% -XX:+UseSerialGC -XX:+UseCompactObjectHeaders ^
 -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ^
 "-Djdk.serialFilter=!*" -Djdk.tls.rejectClientInitiatedRenegotiation=true -Dio.netty.leakDetection.level=disabled ^
 -Dio.netty.jfr.enabled=false -Dio.netty.allocator.numDirectArenas=2 -ea:io.posthorse...
if "%COMMAND%"=="bench" goto bench
if "%COMMAND%"=="quickstart" goto quickstart
"%JAVA%" %OPTIONS% %POSTHORSE_OPTS% -cp "%POSTHORSE_HOME%\cli\target\*;%LIB%\*" io.posthorse.cli.Main %*
exit /b %ERRORLEVEL%

:bench
call :rest
if not defined REST set "REST=--namesrv 127.0.0.1:9876"
"%JAVA%" -Xmx512m -XX:+UseSerialGC -cp "%POSTHORSE_HOME%\load\target\*;%LIB%\*" io.posthorse.load.Load %REST%
exit /b %ERRORLEVEL%

rem The server in this window, then a producer and a consumer of the official RocketMQ client in a process of their own.
:quickstart
call :rest
set "LOG=%TEMP%\posthorse-quickstart-%RANDOM%%RANDOM%.log"
start "Posthorse" /b "%JAVA%" %OPTIONS% %POSTHORSE_OPTS% -cp "%POSTHORSE_HOME%\cli\target\*;%LIB%\*" io.posthorse.cli.Main start %REST% >"%LOG%" 2>&1
for /l %%i in (1,1,30) do (
    findstr /b /c:"Posthorse is ready" "%LOG%" >nul 2>&1 && goto ready
    findstr /c:"did not start" "%LOG%" >nul 2>&1 && goto failed
    ping -n 2 127.0.0.1 >nul
)
:failed
type "%LOG%" 1>&2
exit /b 1
:ready
type "%LOG%"
set "PORT=9876"
for /f "usebackq tokens=1-4 delims=: " %%a in ("%LOG%") do if "%%a %%b"=="name server" set "PORT=%%d"
echo.
echo The official RocketMQ client, unchanged, in a process of its own (namesrvAddr=127.0.0.1:%PORT%):
"%JAVA%" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Drocketmq.client.logUseSlf4j=true ^
 --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ^
 -cp "%POSTHORSE_HOME%\quickstart\target\*;%POSTHORSE_HOME%\quickstart\target\lib\*" io.posthorse.quickstart.Quickstart 127.0.0.1:%PORT% 1000
if errorlevel 1 (
    echo Not everything came back; the server's output is in %LOG% 1>&2
    exit /b 1
)
echo.
echo The server goes on: point your clients at namesrvAddr=127.0.0.1:%PORT%. End it with: bin\posthorse stop
exit /b 0

:mqadmin
call :rest
set "MAIN=org.apache.rocketmq.tools.command.MQAdminStartup"
goto rocketmq
:tools
if "%~2"=="" (
    echo usage: posthorse tools CLASS [ARGUMENT...], such as org.apache.rocketmq.example.quickstart.Producer 1>&2
    exit /b 1
)
call :rest
set "MAIN="
:rocketmq
if not defined POSTHORSE_ROCKETMQ_VERSION set "POSTHORSE_ROCKETMQ_VERSION=5.5.0"
set "TOOLS=%POSTHORSE_HOME%\tools\target\rocketmq-%POSTHORSE_ROCKETMQ_VERSION%"
if not exist "%TOOLS%\rocketmq-tools-*.jar" (
    echo Bringing the libraries of RocketMQ %POSTHORSE_ROCKETMQ_VERSION%; this happens once. 1>&2
    call mvn -B -q -f "%POSTHORSE_HOME%\tools\pom.xml" "-Drocketmq.version=%POSTHORSE_ROCKETMQ_VERSION%" package 1>&2
    if errorlevel 1 exit /b 1
)
if not defined ROCKETMQ_HOME set "ROCKETMQ_HOME=%POSTHORSE_HOME%"
"%JAVA%" -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+IgnoreUnrecognizedVMOptions ^
 --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED ^
 --add-opens=java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ^
 -cp ".;%ROCKETMQ_HOME%\conf;%TOOLS%\*" %MAIN% %REST%
exit /b %ERRORLEVEL%

:java
call :rest
if not exist "%~2" (
    echo usage: posthorse java FILE.java [ARGUMENT...]; there is no file "%~2" here. 1>&2
    exit /b 2
)
set "PROGRAMS=%POSTHORSE_HOME%\tools\programs"
if not exist "%PROGRAMS%\target\lib\rocketmq-client-java-*.jar" (
    echo Bringing the client libraries of RocketMQ and ActiveMQ; this happens once. 1>&2
    call mvn -B -q -f "%PROGRAMS%\pom.xml" package 1>&2
    if errorlevel 1 exit /b 1
)
"%JAVA%" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED ^
 --sun-misc-unsafe-memory-access=allow -cp "%PROGRAMS%\target\lib\*" %REST%
exit /b %ERRORLEVEL%

rem Sets REST to what came behind the command, as it came.
:rest
call set REST=%%ARGUMENTS:*%COMMAND%=%%
exit /b 0

rem Builds in a checkout where nothing is built yet, or the command "build" says so, or a source is newer than the jar.
:build
if not exist "%POSTHORSE_HOME%\pom.xml" exit /b 0
if not exist "%POSTHORSE_HOME%\cli\target\posthorse-cli-*.jar" goto mvn
if not exist "%LIB%" goto mvn
if "%COMMAND%"=="build" goto mvn
for /f "delims=" %%s in ('powershell -NoProfile -Command "$t=(Get-Item '%POSTHORSE_HOME%\cli\target\posthorse-cli-*.jar').LastWriteTime; $m=(Get-ChildItem '%LIB%\posthorse-*.jar').Name -replace '^posthorse-','' -replace '-[0-9].*$',''; foreach ($n in @($m)+'cli') { Get-ChildItem -Recurse -File (Join-Path (Join-Path '%POSTHORSE_HOME%' $n) 'src\main') -ErrorAction SilentlyContinue | Where-Object LastWriteTime -gt $t | Select-Object -First 1 -ExpandProperty Name }" 2^>nul') do (
    echo %%s has changed. 1>&2
    goto mvn
)
exit /b 0
:mvn
where mvn >nul 2>&1 || (
    echo Maven to build Posthorse with was not found. Install mvn 3.8 or later. 1>&2
    exit /b 1
)
echo Building Posthorse; the first time Maven brings libraries, and it takes a minute or two. 1>&2
for %%j in ("%JAVA%\..\..") do set "JAVA25_HOME=%%~fj"
pushd "%POSTHORSE_HOME%"
call mvn -B -q -Dmaven.test.skip=true -Dposthorse.unchecked -pl cli,quickstart,load -am package 1>&2
if errorlevel 1 (
    popd
    echo The build failed; the lines above say why. 1>&2
    exit /b 1
)
popd
exit /b 0
