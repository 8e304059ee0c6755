using Conductor.Settings;

namespace Conductor.Catalog;

/// <summary>Everything that can be called, at one moment. Immutable; swapped whole.</summary>
/// <remarks>
/// A call pins the snapshot that it works with until it needs no further part of it. What a later snapshot no longer holds is taken away only after the last of
/// these pins: between pinning and leasing nothing can go.
/// </remarks>
public sealed class CatalogSnapshot
{
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Hooks.HookPlan?> _hookPlan;
    private int _pins = 1; // the catalogue's own

    public CatalogSnapshot() => _hookPlan = new(() => Conductor.Hooks.HookPlan.Build(Settings, Hooks));

    public static CatalogSnapshot Empty { get; } = new();

    public ConductorSettings Settings { get; init; } = new();

    /// <summary>Live providers by configured name, in the configuration's order.</summary>
    public IReadOnlyDictionary<string, ProviderEntry> Providers { get; init; } = new Dictionary<string, ProviderEntry>();

    /// <summary>Live operations by name.</summary>
    public IReadOnlyDictionary<string, OperationEntry> Operations { get; init; } = new Dictionary<string, OperationEntry>();

    /// <summary>What prompts' templates may call: Conductor's own functions, and those of the live plugins.</summary>
    public Prompts.PromptFunctions Functions { get; init; } = Prompts.PromptFunctions.Default;

    /// <summary>Live hooks, in no order.</summary>
    public IReadOnlyList<Hooks.CallHookEntry> Hooks { get; init; } = [];

    /// <summary>What calls go through; null where nothing looks at any.</summary>
    internal Hooks.HookPlan? HookPlan => _hookPlan.Value;

    /// <summary>Prices by target.</summary>
    public Costing.PriceCatalog Prices { get; init; } = Costing.PriceCatalog.Empty;

    /// <summary>Completes when another snapshot is in force and nobody works with this one any more.</summary>
    public Task Left => _left.Task;

    /// <summary>Pins it; false when it was replaced and left: then there is a newer one.</summary>
    public bool TryPin()
    {
        var seen = Volatile.Read(ref _pins);
        while (seen > 0)
        {
            var was = Interlocked.CompareExchange(ref _pins, seen + 1, seen);
            if (was == seen)
            {
                return true;
            }

            seen = was;
        }

        return false;
    }

    /// <summary>Gives a pin back. The catalogue gives its own back, once, after it has put another snapshot in its place.</summary>
    public void Unpin()
    {
        if (Interlocked.Decrement(ref _pins) == 0)
        {
            _left.TrySetResult();
        }
    }
}
