using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Settings;

namespace Conductor.Operations;

/// <summary>Runs an operation's code outside of any attempt: on another thread than its caller's, for a limited time, under a lease that is out until it has come back.</summary>
internal static class OperationGuard
{
    // Reading a request is work for microseconds, and for less than a second where it has 32 MiB.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // Of one operation, at once, on threads of the pool; further ones get threads of their own.
    private static readonly int MostInPool = 2 * Environment.ProcessorCount;

    /// <summary>Runs a part of the code that reads a request, as a turn of the operation.</summary>
    /// <param name="entry">The operation.</param>
    /// <param name="work">Runs the code; it must give nothing of the plugin's types out.</param>
    /// <param name="settings">Whose deadline holds, where it is shorter.</param>
    /// <param name="callerAborted">Ends the waiting; the code itself cannot be ended.</param>
    /// <exception cref="ConductorException">400: the code refuses the request. 502: it failed or did not come back. 503: the operation is quarantined.</exception>
    public static async Task<T> ReadAsync<T>(OperationEntry entry, Func<IOperation, T> work, ReliabilitySettings settings, CancellationToken callerAborted)
    {
        var turn = OperationTurn.Begin(entry);
        try
        {
            return await RunAsync(entry, work, settings, callerAborted).ConfigureAwait(false);
        }
        catch (OperationRequestException mistake)
        {
            throw new InvalidRequestException(mistake.Message, mistake.Field, "invalid_value");
        }
        catch (OperationStuckException)
        {
            turn.Fault("Its code did not come back although its time was up.");
            throw ConductorErrors.OperationFault(entry.Name, "it did not come back in time");
        }
        catch (OperationFaultException fault)
        {
            throw turn.Threw(fault.Name);
        }
        finally
        {
            turn.End(); // a probe is the whole call, not its reading
        }
    }

    /// <summary>Runs a part of the code, within its time.</summary>
    /// <exception cref="OperationRequestException">As the code threw it.</exception>
    /// <exception cref="OperationFaultException">It threw anything else.</exception>
    /// <exception cref="OperationStuckException">It did not come back.</exception>
    /// <exception cref="ConductorException">404: the operation is gone.</exception>
    public static async Task<T> RunAsync<T>(OperationEntry entry, Func<IOperation, T> work, ReliabilitySettings settings, CancellationToken callerAborted)
    {
        callerAborted.ThrowIfCancellationRequested();
        if (!entry.TryAcquire())
        {
            throw ConductorErrors.OperationNotFound(entry.Name, nearest: null);
        }

        var running = Interlocked.Increment(ref entry.Reading) <= MostInPool
            ? Task.Run(Run, CancellationToken.None)
            : Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            var (value, mistake, fault) = await running.WaitAsync(settings.Deadline < Limit ? settings.Deadline : Limit, entry.Time, callerAborted).ConfigureAwait(false);
            return mistake is not null ? throw mistake : fault is not null ? throw new OperationFaultException(fault) : value!;
        }
        catch (TimeoutException)
        {
            throw new OperationStuckException();
        }

        // Values and names, never the plugin's exception: it would keep the plugin's code in memory.
        (T? Value, OperationRequestException? Mistake, string? Fault) Run()
        {
            try
            {
                return (work(entry.Operation), null, null);
            }
            catch (OperationRequestException mistake)
            {
                return (default, new OperationRequestException(mistake.Field, mistake.Message), null);
            }
#pragma warning disable CA1031 // boundary: the plugin's own failure is neither the caller's mistake nor Conductor's; its object must not travel on
            catch (Exception fault)
#pragma warning restore CA1031
            {
                return (default, null, fault.GetType().Name);
            }
            finally
            {
                Interlocked.Decrement(ref entry.Reading);
                entry.Release();
            }
        }
    }
}

/// <summary>An operation's code threw. The message is the exception's name.</summary>
internal sealed class OperationFaultException(string name) : Exception(name)
{
    public string Name { get; } = name;
}

/// <summary>An operation's code did not come back in time.</summary>
internal sealed class OperationStuckException : Exception;
