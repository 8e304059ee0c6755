using Conductor.Privacy;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Reads a `privacy:`, wherever it stands, and `hooks:`.</summary>
internal static class PrivacyMapper
{
    public static PrivacySettings Read(SettingsReader holder)
    {
        var section = holder.Object("privacy");
        return !section.IsObject ? PrivacySettings.None : new()
        {
            Prompts = Mode(section.Text("prompts")),
            Answers = Mode(section.Text("answers")),
            Kinds = section.Has("kinds") ? section.Texts("kinds").Aggregate(PersonalKinds.None, (kinds, kind) => kinds | Kind(kind)) : null,
        };
    }

    public static Dictionary<string, HookSettings> Hooks(SettingsReader section)
    {
        var standard = new HookSettings();
        var hooks = new Dictionary<string, HookSettings>(StringComparer.Ordinal);
        foreach (var (name, hook) in section.Members())
        {
            hooks[name] = standard with
            {
                Enabled = hook.Flag("enabled", standard.Enabled),
                OnFailure = hook.Text("on_failure") == "allow" ? HookFailureRule.Allow : standard.OnFailure,
                Timeout = hook.Duration("timeout", standard.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            };
        }

        return hooks;
    }

    private static PrivacyMode? Mode(string? text) => text switch
    {
        "off" => PrivacyMode.Off,
        "mask" => PrivacyMode.Mask,
        "block" => PrivacyMode.Block,
        _ => null,
    };

    private static PersonalKinds Kind(string text) => text switch
    {
        "email" => PersonalKinds.Email,
        "phone" => PersonalKinds.Phone,
        "card" => PersonalKinds.Card,
        "iban" => PersonalKinds.Iban,
        _ => PersonalKinds.None, // the schema has complained
    };
}
