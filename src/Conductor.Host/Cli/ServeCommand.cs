using System.CommandLine;
using System.Runtime.InteropServices;
using Conductor.Host.Composition;
using Conductor.Settings;
using Conductor.Storage;

namespace Conductor.Host.Cli;

/// <summary>`conductor serve`, and what `conductor` alone does.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Listen = new("--listen")
    {
        Description = "Where to listen, several with ';' between. Default http://127.0.0.1:5080.",
        HelpName = "URL",
    };

    private static readonly Option<bool> InsecureListen = new("--insecure-listen")
    {
        Description = "Let everybody in who can connect from beyond this machine, as long as no key is configured.",
    };

    public static Command Create()
    {
        var command = new Command("serve", "Serve HTTP until SIGTERM or Ctrl+C, then let calls in flight end.");
        AddTo(command);
        return command;
    }

    /// <summary>Gives a command this verb's options and action.</summary>
    public static void AddTo(Command command)
    {
        command.Add(Listen);
        command.Add(InsecureListen);
        command.SetAction((parsed, cancellationToken) => ServeAsync(
            CommonOptions.Read(parsed) with { Listen = parsed.GetValue(Listen), InsecureListen = parsed.GetValue(InsecureListen) }, cancellationToken));
    }

    private static async Task<int> ServeAsync(LaunchOptions options, CancellationToken cancellationToken)
    {
        var settings = LaunchSettings.Open(options);
        var listen = CheckListen(settings.Current);
        var isFirstRun = DataFolder.Prepare(settings.Current.Storage.Path);

        await using var app = GatewayApp.Build(settings, listen, HostLogging.ForServer);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            await app.StartAsync(stop.Token);
        }
        catch (Exception failure) when (failure is StartException or StorageException)
        {
            throw new CliException(ExitCodes.Failed, failure.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }

        if (app.Bootstrap is { } bootstrap)
        {
            await Console.Error.WriteLineAsync(bootstrap);
        }

        if (Terminal.IsInteractive)
        {
            await Welcome.ShowAsync(app, isFirstRun, stop.Token);
        }

        await WaitAsync(stop.Token);
        await app.DrainAsync();
        return ExitCodes.Ok;

        // The second signal is not held back: the process ends as the system would end it.
        void Stop(PosixSignalContext signal)
        {
            if (!stop.IsCancellationRequested)
            {
                signal.Cancel = true;
                stop.Cancel();
            }
        }
    }

    private static ListenAddresses CheckListen(ConductorSettings settings)
    {
        if (ListenAddresses.TryParse(settings.Server.Listen, out var listen) is { } problem)
        {
            throw new CliException(ExitCodes.Usage, problem);
        }

        if (listen.HaveTls && settings.Server.Tls is null)
        {
            throw new CliException(ExitCodes.Usage, $"Listening on {settings.Server.Listen} takes a certificate: name it in 'server: {{ tls: {{ certificate: FILE.pem, key: FILE.pem }} }}' of conductor.yaml, or listen on http://.");
        }

        return listen;
    }

    private static async Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }
}
