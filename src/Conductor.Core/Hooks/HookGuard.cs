using Conductor.Errors;
using Conductor.Telemetry;

namespace Conductor.Hooks;

/// <summary>Runs a plugin's hook: on another thread, for a limited time, under a lease that is out until it has come back. Only values and names of failures leave it.</summary>
internal static class HookGuard
{
    private const int LongestReason = 500;

    /// <summary>Runs a part of a hook's code.</summary>
    /// <param name="entry">The hook.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="work">Runs the code; what it gives must be of no type of the plugin's.</param>
    /// <param name="callerAborted">Ends the waiting.</param>
    /// <exception cref="HookFailedException">It is gone or quarantined, threw, or did not come back.</exception>
    public static async Task<T> RunAsync<T>(CallHookEntry entry, TimeSpan timeout, Func<ICallHook, CancellationToken, ValueTask<T>> work, CancellationToken callerAborted)
    {
        callerAborted.ThrowIfCancellationRequested();
        if (!entry.Quarantine.TryEnter(out var isProbe))
        {
            throw new HookFailedException(ConductorErrors.HookQuarantined(entry.Name, entry.Quarantine.WhyNot() ?? "quarantined"));
        }

        if (!entry.TryAcquire())
        {
            End(entry, isProbe, isGood: false);
            throw new HookFailedException(ConductorErrors.HookMissing(entry.Name));
        }

        var over = CancellationTokenSource.CreateLinkedTokenSource(callerAborted);
        var running = Task.Run(() => RunAsync(entry, work, over.Token), CancellationToken.None);
        try
        {
            var (value, fault) = await running.WaitAsync(timeout, entry.Time, callerAborted).ConfigureAwait(false);
            over.Dispose();
            if (fault is null)
            {
                End(entry, isProbe, isGood: true);
                return value!;
            }

            callerAborted.ThrowIfCancellationRequested();
            entry.Fault($"Its code threw {fault}.");
            throw new HookFailedException(ConductorErrors.HookFault(entry.Name, fault));
        }
        catch (TimeoutException)
        {
            await over.CancelAsync().ConfigureAwait(false);
            entry.Fault("Its code did not come back although its time was up.");
            throw new HookFailedException(ConductorErrors.HookFault(entry.Name, "it did not come back in time"));
        }
        catch (OperationCanceledException)
        {
            await over.CancelAsync().ConfigureAwait(false);
            End(entry, isProbe, isGood: false); // the caller left, which says nothing of the hook
            throw;
        }
    }

    /// <summary>A hook's verdict as text.</summary>
    public static string? ReasonOf(HookVerdict? verdict) => verdict switch
    {
        null => throw new InvalidOperationException("The hook gave null for a verdict."),
        { Reason: { } reason } => LogText.Clean(reason, LongestReason) is { Length: > 0 } text ? text : "It is refused.",
        _ => null,
    };

    private static async Task<(T? Value, string? Fault)> RunAsync<T>(CallHookEntry entry, Func<ICallHook, CancellationToken, ValueTask<T>> work, CancellationToken token)
    {
        try
        {
            return (await work(entry.Hook, token).ConfigureAwait(false), null);
        }
#pragma warning disable CA1031 // boundary: the plugin's code; its exception would keep that code in memory, so only its name goes on
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return (default, fault.GetType().Name);
        }
        finally
        {
            entry.Release();
        }
    }

    private static void End(CallHookEntry entry, bool isProbe, bool isGood)
    {
        if (isProbe && entry.Quarantine.Probed(isGood))
        {
            entry.LetOut?.Invoke(entry);
        }
    }
}

/// <summary>A hook could not be asked. The caller is told the inner error, unless the settings let the call go on.</summary>
internal sealed class HookFailedException(ConductorException told) : Exception(told.Message, told)
{
    public ConductorException Told => (ConductorException)InnerException!;
}
