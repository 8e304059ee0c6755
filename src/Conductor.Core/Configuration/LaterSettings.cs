namespace Conductor.Configuration;

/// <summary>
/// What files for Conductor may hold and this version does not act upon. It is taken, so that a file need not be cut to fit, and said, so that nobody
/// relies on it.
/// </summary>
internal static class LaterSettings
{
    private static readonly (string Section, string Member)[] Members =
    [
        ("reliability", "retry_on"), ("reliability", "breaker"), ("reliability", "hedge"), ("telemetry", "capture_content"),
    ];

    private static readonly string[] OfOperations = ["escalate_below", "prompt"];

    public static void Note(SettingsReader root, ProblemList problems)
    {
        foreach (var (section, member) in Members)
        {
            Note(root.Object(section), section, member, problems);
        }

        foreach (var (name, operation) in root.Object("operations").Members())
        {
            foreach (var member in OfOperations)
            {
                Note(operation, $"operations.{name}", member, problems);
            }
        }
    }

    private static void Note(SettingsReader section, string path, string member, ProblemList problems)
    {
        if (section.Has(member))
        {
            problems.Notes.Add($"{path}.{member} is read, and not acted upon in this version");
        }
    }
}
