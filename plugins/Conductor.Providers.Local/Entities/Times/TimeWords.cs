using System.Collections.Frozen;

namespace Conductor.Providers.Local.Entities;

/// <summary>English words of the calendar and the clock.</summary>
internal static class TimeWords
{
    public static readonly FrozenDictionary<string, int> Months = Names(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct|november nov|december dec", 1);

    public static readonly FrozenDictionary<string, DayOfWeek> Weekdays = Names(
        "sunday sun|monday mon|tuesday tue tues|wednesday wed weds|thursday thu thur thurs|friday fri|saturday sat", 0)
        .ToFrozenDictionary(entry => entry.Key, entry => (DayOfWeek)entry.Value, StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, DayOfWeek> WeekdaysPlural =
        Names("sundays|mondays|tuesdays|wednesdays|thursdays|fridays|saturdays", 0).ToFrozenDictionary(entry => entry.Key, entry => (DayOfWeek)entry.Value, StringComparer.Ordinal);

    /// <summary>Units of time: Y, M, W, D, H, m (minutes), S; B for business days, E for weekends, Q for quarters, X for decades, C for centuries, F for fortnights.</summary>
    public static readonly FrozenDictionary<string, char> Units = new Dictionary<string, char>
    {
        ["year"] = 'Y', ["years"] = 'Y', ["yr"] = 'Y', ["yrs"] = 'Y', ["month"] = 'M', ["months"] = 'M', ["week"] = 'W', ["weeks"] = 'W', ["wk"] = 'W', ["wks"] = 'W',
        ["day"] = 'D', ["days"] = 'D', ["hour"] = 'H', ["hours"] = 'H', ["hr"] = 'H', ["hrs"] = 'H', ["minute"] = 'm', ["minutes"] = 'm', ["min"] = 'm', ["mins"] = 'm',
        ["second"] = 'S', ["seconds"] = 'S', ["sec"] = 'S', ["secs"] = 'S', ["weekend"] = 'E', ["weekends"] = 'E', ["quarter"] = 'Q', ["quarters"] = 'Q',
        ["decade"] = 'X', ["decades"] = 'X', ["century"] = 'C', ["centuries"] = 'C', ["fortnight"] = 'F', ["fortnights"] = 'F',
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, (int From, int To)> DayParts = new Dictionary<string, (int, int)>
    {
        ["morning"] = (8, 12), ["mornings"] = (8, 12), ["afternoon"] = (12, 16), ["afternoons"] = (12, 16), ["evening"] = (16, 20), ["evenings"] = (16, 20), ["night"] = (20, 24), ["nights"] = (20, 24),
        ["lunchtime"] = (11, 13), ["nighttime"] = (20, 24), ["daytime"] = (8, 18),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Seasons by the month they begin in, on the northern half of the earth.</summary>
    public static readonly FrozenDictionary<string, int> Seasons =
        new Dictionary<string, int> { ["spring"] = 3, ["summer"] = 6, ["autumn"] = 9, ["fall"] = 9, ["winter"] = 12 }.ToFrozenDictionary(StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, string> Recurrences = new Dictionary<string, string>
    {
        ["daily"] = "P1D", ["weekly"] = "P1W", ["biweekly"] = "P2W", ["fortnightly"] = "P2W", ["monthly"] = "P1M", ["bimonthly"] = "P2M", ["quarterly"] = "P3M", ["yearly"] = "P1Y", ["annually"] = "P1Y",
        ["hourly"] = "PT1H", ["nightly"] = "P1D", ["weekdays"] = "P1W", ["annual"] = "P1Y",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Words that an expression of time may begin with: other words need not be looked at.</summary>
    public static readonly FrozenSet<string> Opening = (
        "today tomorrow tmr tmrw tomorow yesterday tonight now right noon midday noontime midnight q h the a an another in at on from between since before after until till by prior later earlier no starting beginning around "
        + "last past previous prior this current same next coming upcoming following week weekend month year every each all whole full entire half quarter few several couple early late mid end start middle rest within business day "
        + "hundred dozen thousand million st christmas xmas boxing halloween independence juneteenth new valentine valentines april earth veterans thanksgiving black labor labour memorial martin mlk columbus mother mothers father fathers easter good")
        .Split(' ').Concat(Months.Keys).Concat(Weekdays.Keys).Concat(WeekdaysPlural.Keys).Concat(DayParts.Keys).Concat(Seasons.Keys).Concat(Recurrences.Keys)
        .Concat(NumberWords.Units.Keys).Concat(NumberWords.Tens.Keys).Concat(NumberWords.OrdinalUnits.Keys).Concat(NumberWords.OrdinalTens.Keys)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>How far a word points: −1 back, 0 here, 1 on; null for a word that does not point.</summary>
    public static int? Direction(string word) => word switch
    {
        "last" or "past" or "previous" or "prior" => -1,
        "this" or "current" or "same" => 0,
        "next" or "coming" or "upcoming" or "following" => 1,
        _ => null,
    };

    private static FrozenDictionary<string, int> Names(string names, int first) => names.Split('|')
        .SelectMany((same, index) => same.Split(' ').Select(name => (name, number: index + first)))
        .ToFrozenDictionary(entry => entry.name, entry => entry.number, StringComparer.Ordinal);
}
