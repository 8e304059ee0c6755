using System.Runtime.InteropServices;

namespace Conductor.Host.Cli;

/// <summary>Turns the first Ctrl+C or SIGTERM into a cancellation; the second ends the process.</summary>
internal sealed class CancelOnSignal : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration[] _registrations;

    private CancelOnSignal(CancellationToken outer)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token => _source.Token;

    public static CancelOnSignal Create(CancellationToken outer) => new(outer);

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        if (!_source.IsCancellationRequested)
        {
            signal.Cancel = true;
            _source.Cancel();
        }
    }
}
