using System.Globalization;

namespace Conductor.PluginLoading;

/// <summary>Every load context that was made and is still in memory, by plugin. It holds them weakly.</summary>
internal sealed class ContextWatch(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Watched> _contexts = [];
    private readonly Dictionary<(PluginKind Kind, string Id), int> _generations = [];

    /// <summary>Takes a new context in.</summary>
    /// <returns>Which load of this plugin it is, from 1.</returns>
    public int Add(PluginCandidate candidate, object context)
    {
        lock (_gate)
        {
            var generation = _generations[(candidate.Kind, candidate.Id)] = _generations.GetValueOrDefault((candidate.Kind, candidate.Id)) + 1;
            _contexts.RemoveAll(watched => !watched.IsAlive);
            _contexts.Add(new Watched(candidate.Kind, candidate.Id, candidate.Manifest.Version, candidate.Hash, generation, new WeakReference(context, trackResurrection: true)));
            return generation;
        }
    }

    /// <summary>Nothing of the host's refers to a context any more: it should leave memory.</summary>
    public void Released(PluginKind kind, string id, int generation)
    {
        lock (_gate)
        {
            if (_contexts.Find(watched => watched.Is(kind, id) && watched.Generation == generation) is { } context)
            {
                context.ReleasedAt = time.GetUtcNow();
            }
        }
    }

    /// <summary>How many contexts of each plugin are in memory, those that serve included; plugins of which none is are not in it.</summary>
    public IReadOnlyDictionary<(PluginKind Kind, string Id), int> CountAlive()
    {
        lock (_gate)
        {
            return _contexts.Where(watched => watched.IsAlive).GroupBy(watched => (watched.Kind, watched.Id)).ToDictionary(group => group.Key, group => group.Count());
        }
    }

    /// <summary>One more version is refused while as many released ones of the same plugin as the budget allows will not leave memory.</summary>
    /// <exception cref="PluginRejectedException">The budget is used up; the message names the suspects.</exception>
    public void RequireBudget(PluginCandidate candidate, int budget, Action collect)
    {
        for (var tries = 0; Leaked(candidate).Count >= budget; tries++)
        {
            if (tries == 2)
            {
                var leaked = Leaked(candidate);
                throw new PluginRejectedException(
                    $"'{candidate.File}' is not loaded: {leaked.Count} versions of '{candidate.Id}' were unloaded and are still in memory " +
                    $"({string.Join("; ", leaked.TakeLast(5))}). A timer, thread, static event handler or kept object of each holds on to it, and none has calls in flight. " +
                    "Mend that and restart the host, or raise plugins.leak_budget.");
            }

            collect(); // whoever was slow to die, or failed while it was loaded, gets another chance
        }
    }

    private List<Watched> Leaked(PluginCandidate candidate)
    {
        lock (_gate)
        {
            return [.. _contexts.Where(watched => watched.Is(candidate.Kind, candidate.Id) && watched.ReleasedAt is not null && watched.IsAlive)];
        }
    }

    private sealed record Watched(PluginKind Kind, string Id, string Version, string Hash, int Generation, WeakReference Context)
    {
        public bool IsAlive => Context.IsAlive;

        public DateTimeOffset? ReleasedAt { get; set; }

        public bool Is(PluginKind kind, string id) => Kind == kind && Id == id;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"load {Generation}, version {Version}, hash {Hash[..12]}, unloaded {ReleasedAt:yyyy-MM-dd HH:mm:ss} UTC");
    }
}
