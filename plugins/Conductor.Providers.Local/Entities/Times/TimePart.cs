using System.Globalization;
using System.Text.Json;

namespace Conductor.Providers.Local.Entities;

/// <summary>An expression of time: a day, a clock time, a stretch of either.</summary>
/// <param name="End">The token after it.</param>
/// <param name="Type">One of the types of time in <see cref="EntityTypes"/>.</param>
/// <param name="From">The time, or where the stretch begins; null where it is open or beyond the calendar. Clock times lie on the calendar's first day.</param>
/// <param name="To">Where the stretch ends, exclusive; null for a point in time.</param>
/// <param name="Iso">The value of a duration or a recurrence.</param>
/// <param name="Confidence">Probability that it is right.</param>
internal sealed record TimePart(int End, string Type, DateTime? From, DateTime? To = null, string? Iso = null, double Confidence = 0.9)
{
    /// <summary>Whether the hour may be of the morning or of the afternoon: no "am", no "pm", not above 12.</summary>
    public bool IsHalfDayOpen { get; init; }

    /// <summary>Whether no year was written, so that the nearest one to come was taken.</summary>
    public bool IsYearOpen { get; init; }

    public bool IsDay => Type == EntityTypes.Date;

    public bool IsClock => Type == EntityTypes.Time;

    public bool IsClockRange => Type == EntityTypes.TimeRange;

    /// <summary>ISO 8601; null where it cannot be computed.</summary>
    public JsonElement? ToJson()
    {
        if (Iso is not null)
        {
            return EntityJson.Text(Iso);
        }

        if (Type is EntityTypes.DateRange or EntityTypes.TimeRange or EntityTypes.DateTimeRange)
        {
            return From is null && To is null ? null : EntityJson.Interval(Format(From), Format(To));
        }

        return Format(From) is { } time ? EntityJson.Text(time) : null;
    }

    private string? Format(DateTime? time) => time?.ToString(
        Type switch
        {
            EntityTypes.Date or EntityTypes.DateRange => "yyyy-MM-dd",
            EntityTypes.Time or EntityTypes.TimeRange => "HH:mm:ss",
            _ => "yyyy-MM-dd'T'HH:mm:ss",
        },
        CultureInfo.InvariantCulture);
}
