using System.Collections.Frozen;

namespace Conductor.Providers.Local.Entities;

/// <summary>The types that the patterns and gazetteers know.</summary>
internal static class EntityTypes
{
    public const string Person = "person";
    public const string Location = "location";
    public const string Organization = "organization";
    public const string Email = "email";
    public const string Url = "url";
    public const string Phone = "phone";
    public const string Money = "money";
    public const string Percent = "percent";
    public const string Number = "number";
    public const string Ordinal = "ordinal";
    public const string Date = "date";
    public const string Time = "time";
    public const string DateTime = "datetime";
    public const string Duration = "duration";
    public const string DateRange = "date_range";
    public const string TimeRange = "time_range";
    public const string DateTimeRange = "datetime_range";
    public const string Recurrence = "recurrence";
    public const string IpAddress = "ip_address";
    public const string Guid = "guid";
    public const string Hashtag = "hashtag";
    public const string Mention = "mention";
    public const string Temperature = "temperature";
    public const string Dimension = "dimension";
    public const string Age = "age";

    // From the most specific to the least: of two that lie on the same words, the first stands.
    private static readonly string[] BySpecificity =
    [
        Guid, Email, Url, IpAddress, Hashtag, Mention, Money, Percent, Temperature, Age, Dimension,
        DateTimeRange, DateTime, DateRange, TimeRange, Recurrence, Date, Time, Duration, Phone, Ordinal,
        Organization, Person, Location, Number,
    ];

    private static readonly FrozenDictionary<string, string> ByKey = BySpecificity.ToFrozenDictionary(Key, type => type, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> Ranks =
        BySpecificity.Select((type, rank) => (type, rank)).ToFrozenDictionary(entry => entry.type, entry => entry.rank, StringComparer.Ordinal);

    public static IReadOnlyList<string> All => BySpecificity;

    /// <summary>0 for the most specific.</summary>
    public static int Rank(string type) => Ranks[type];

    /// <summary>Finds a type by a caller's name for it: case and separators make no difference. Null for one that is not known.</summary>
    public static string? Find(string name) => ByKey.GetValueOrDefault(Key(name));

    private static string Key(string name) => new([.. name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
