using Conductor.Limits;
using Conductor.Plugins;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.ProviderKeys;

/// <summary>One key and what is known of it. Not thread-safe: the ring locks.</summary>
internal sealed class KeyState(ProviderKey key, ProviderKeySettings settings, CallerLimits rates)
{
    // Names of models come from callers, too.
    private const int MostModels = 256;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly Dictionary<string, long> _exhaustedUntil = new(StringComparer.Ordinal);
    private TimeSpan _pause;

    public ProviderKey Key => key;

    public CallerLimits Rates => rates;

    public decimal Weight => settings.Weight;

    /// <summary>Where it stands in the turns of smooth weights.</summary>
    public decimal Turn { get; set; }

    /// <summary>Attempts that were made with it.</summary>
    public long Requests;

    /// <summary>Why the upstream does not take it; null while it does.</summary>
    public ProviderErrorKind? Refused { get; private set; }

    /// <summary>When it is tried again, in ticks.</summary>
    public long SetAsideUntil { get; private set; }

    public bool IsSetAside(long now) => Refused is not null && SetAsideUntil > now;

    /// <summary>Ticks until the upstream takes requests for a model again.</summary>
    public long UntilFree(string model, long now) => _exhaustedUntil.TryGetValue(model, out var until) ? Math.Max(0, until - now) : 0;

    /// <summary>The longest of these waits.</summary>
    public long UntilFree(long now) => _exhaustedUntil.Count == 0 ? 0 : Math.Max(0, _exhaustedUntil.Values.Max() - now);

    public void Exhaust(string model, long until, long now)
    {
        if (_exhaustedUntil.Count >= MostModels)
        {
            foreach (var (name, past) in _exhaustedUntil)
            {
                if (past <= now)
                {
                    _exhaustedUntil.Remove(name);
                }
            }
        }

        if (_exhaustedUntil.Count < MostModels)
        {
            _exhaustedUntil[model] = until;
        }
    }

    /// <summary>The upstream refused it: it is set aside, longer each time.</summary>
    /// <returns>False when it was set aside already.</returns>
    public bool SetAside(ProviderErrorKind why, long now)
    {
        if (IsSetAside(now))
        {
            return false;
        }

        _pause = _pause == TimeSpan.Zero ? FirstPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        (Refused, SetAsideUntil) = (why, now + _pause.Ticks);
        return true;
    }

    /// <summary>The upstream took it.</summary>
    /// <returns>True when it had been refused before.</returns>
    public bool TakeBack()
    {
        if (Refused is null)
        {
            return false;
        }

        (Refused, _pause) = (null, TimeSpan.Zero);
        return true;
    }
}
