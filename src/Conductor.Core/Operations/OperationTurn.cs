using Conductor.Catalog;
using Conductor.Errors;

namespace Conductor.Operations;

/// <summary>One use of an operation's code: its faults count against the operation, and where it is the probe of a quarantine, its end decides. Thread-safe.</summary>
internal sealed class OperationTurn
{
    private readonly bool _isProbe;
    private volatile bool _hasWorked;
    private int _hasFaulted;
    private int _hasEnded;

    private OperationTurn(OperationEntry entry, bool isProbe)
    {
        Entry = entry;
        _isProbe = isProbe;
    }

    public OperationEntry Entry { get; }

    /// <summary>Begins one; it must be ended.</summary>
    /// <exception cref="ConductorException">503: the operation is quarantined.</exception>
    public static OperationTurn Begin(OperationEntry entry) => entry.Quarantine.TryEnter(out var isProbe)
        ? new OperationTurn(entry, isProbe)
        : throw ConductorErrors.OperationQuarantined(entry.Name, entry.Quarantine.WhyNot() ?? "quarantined");

    /// <summary>Its code went wrong by itself. Counts once.</summary>
    /// <param name="what">What it did, as a sentence; text, never the plugin's exception.</param>
    public void Fault(string what)
    {
        if (Interlocked.Exchange(ref _hasFaulted, 1) == 0)
        {
            Entry.Fault(what);
        }
    }

    /// <summary>Its code threw what is neither a mistake in the request nor in the reply. Counts once.</summary>
    /// <returns>What the caller is told.</returns>
    public ConductorException Threw(Exception fault) => Threw(fault.GetType().Name);

    /// <inheritdoc cref="Threw(Exception)"/>
    /// <param name="name">The exception's.</param>
    public ConductorException Threw(string name)
    {
        Fault($"Its code threw {name}.");
        return ConductorErrors.OperationFault(Entry.Name, name);
    }

    /// <summary>All of its code has come to a good end.</summary>
    public void Worked() => _hasWorked = true;

    /// <summary>Ends it. A probe that came to neither a result nor a fault leaves the verdict to the next one: what a target did says nothing of the operation.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0 && _isProbe && Volatile.Read(ref _hasFaulted) == 0 && Entry.Quarantine.Probed(_hasWorked))
        {
            Entry.LetOut?.Invoke(Entry);
        }
    }
}
