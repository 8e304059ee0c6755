using System.Globalization;
using Conductor.Settings;

namespace Conductor.Catalog;

/// <summary>
/// Keeps calls from a provider, or an operation, whose plugin fails by itself: throws, returns nothing, never comes back. What an upstream does wrong does not count.
/// Out again by one probe after a while, a longer while each time. Thread-safe.
/// </summary>
public sealed class Quarantine(QuarantineSettings rule, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<long> _faults = new(); // when, within the window
    private volatile bool _isClosed;
    private bool _hasProbe;
    private long _since;
    private TimeSpan _wait;
    private string _last = "";

    /// <summary>Whether calls are kept away, a probe under way or due included.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Why no call may be made now, as the end of a sentence; null when one may.</summary>
    public string? WhyNot()
    {
        if (!_isClosed)
        {
            return null;
        }

        lock (_gate)
        {
            return !_isClosed || (!_hasProbe && Left <= TimeSpan.Zero) ? null : Words();
        }
    }

    /// <summary>Where it stands, whether a probe may be made or not; null when it is open.</summary>
    public string? Describe()
    {
        lock (_gate)
        {
            return _isClosed ? Words() : null;
        }
    }

    /// <summary>Asks to make a call.</summary>
    /// <param name="isProbe">Whether this is the one call that decides; it must end in <see cref="Fault"/> or <see cref="Probed"/>.</param>
    public bool TryEnter(out bool isProbe)
    {
        isProbe = false;
        if (!_isClosed)
        {
            return true;
        }

        lock (_gate)
        {
            if (!_isClosed)
            {
                return true;
            }

            if (_hasProbe || Left > TimeSpan.Zero)
            {
                return false;
            }

            isProbe = _hasProbe = true;
            return true;
        }
    }

    /// <summary>A call ended by a fault of the plugin's own.</summary>
    /// <param name="what">What it was, as a sentence; text, never the plugin's exception.</param>
    /// <returns>For how long calls are kept away from now on; null when nothing changed.</returns>
    public TimeSpan? Fault(string what)
    {
        lock (_gate)
        {
            if (rule.Faults == 0)
            {
                return null;
            }

            _last = what;
            if (_isClosed)
            {
                return _hasProbe ? Close(_wait * 2) : null; // a call that began before
            }

            _faults.Enqueue(time.GetTimestamp());
            while (_faults.Count > rule.Faults || time.GetElapsedTime(_faults.Peek()) > rule.Window)
            {
                _faults.Dequeue();
            }

            return _faults.Count == rule.Faults ? Close(rule.Time) : null;
        }
    }

    /// <summary>The probe came to an end that is no fault of the plugin's.</summary>
    /// <param name="isGood">False when it was called off: the next call is the probe.</param>
    /// <returns>True when calls may be made again.</returns>
    public bool Probed(bool isGood)
    {
        lock (_gate)
        {
            _hasProbe = false;
            if (isGood)
            {
                Open();
            }

            return isGood;
        }
    }

    /// <summary>Lets calls through at once: somebody has looked at it.</summary>
    public void Release()
    {
        lock (_gate)
        {
            Open();
        }
    }

    private TimeSpan Left => _wait - time.GetElapsedTime(_since);

    private TimeSpan Close(TimeSpan wait)
    {
        _wait = wait < rule.MaxTime ? wait : rule.MaxTime;
        _since = time.GetTimestamp();
        _hasProbe = false;
        _isClosed = true;
        _faults.Clear();
        return _wait;
    }

    private void Open()
    {
        _isClosed = false;
        _hasProbe = false;
        _faults.Clear();
    }

    private string Words()
    {
        var next = _hasProbe || Left <= TimeSpan.Zero
            ? "One call tries it now"
            : string.Create(CultureInfo.InvariantCulture, $"One call tries it in {Math.Ceiling(Left.TotalSeconds)} s");
        return $"quarantined after faults of its own plugin, the last: {_last} {next}; a rescan or a new file lets it out at once";
    }
}
