using System.IO.Pipelines;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>
/// How fast a body comes. The server judges the average since its beginning, so that whoever sends much at once may then be silent for hours; here each stretch of time is judged by itself.
/// </summary>
internal sealed class BodyPace
{
    private const double LeastBytesPerSecond = 240;

    private readonly HttpContext _context;
    private readonly TimeProvider _time;
    private readonly TimeSpan _stretch;
    private long _since;
    private long _atItsBeginning;
    private long _length;

    /// <summary>Begins where a body has to be waited for.</summary>
    public BodyPace(HttpContext context)
    {
        _context = context;
        _time = context.RequestServices?.GetService<TimeProvider>() ?? TimeProvider.System;
        _stretch = (context.RequestServices?.GetService<ISettings>()?.Current ?? new ConductorSettings()).Server.StallTimeout;
        _since = _time.GetTimestamp();
    }

    /// <summary>Takes note of how much there is by now.</summary>
    public void Note(long length) => _length = length;

    /// <summary>Waits for a read.</summary>
    /// <exception cref="Errors.ConductorException">Too little came for too long.</exception>
    public async Task<ReadResult> WaitAsync(Task<ReadResult> reading, PipeReader reader)
    {
        while (true)
        {
            var left = _stretch - _time.GetElapsedTime(_since);
            if (left > TimeSpan.Zero)
            {
                try
                {
                    return await reading.WaitAsync(left, _time);
                }
                catch (TimeoutException)
                {
                    // The stretch is over.
                }
            }

            if (_length - _atItsBeginning < LeastBytesPerSecond * _stretch.TotalSeconds)
            {
                reader.CancelPendingRead();
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _context.Response.Headers.Connection = "close";
                throw HttpErrors.RequestTimeout();
            }

            (_since, _atItsBeginning) = (_time.GetTimestamp(), _length);
        }
    }
}
