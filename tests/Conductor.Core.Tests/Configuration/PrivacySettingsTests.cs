using Conductor.Configuration;
using Conductor.Privacy;
using Conductor.Settings;

namespace Conductor.Core.Tests.Configuration;

/// <summary>`hooks:` and `privacy:`, wherever they stand.</summary>
public sealed class PrivacySettingsTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_EveryPlace_Read()
    {
        _folder.Write("conductor.yaml", """
            hooks:
              word-guard: { enabled: false, on_failure: allow, timeout: 250ms }
              other: {}
            privacy: { prompts: mask, kinds: [ email, iban ] }
            """);
        _folder.Write("tenants.yaml", """
            tenants: { acme: { privacy: { answers: block } } }
            keys: [ { tenant: acme, name: web, key: 0123456789abcdefghij, privacy: { prompts: off } } ]
            """);

        var settings = _folder.Load().Required;

        Assert.Equal(new HookSettings { Enabled = false, OnFailure = HookFailureRule.Allow, Timeout = TimeSpan.FromMilliseconds(250) }, settings.Hooks["word-guard"]);
        Assert.Equal(new HookSettings(), settings.Hooks["other"]);
        Assert.Equal(new PrivacySettings { Prompts = PrivacyMode.Mask, Kinds = PersonalKinds.Email | PersonalKinds.Iban }, settings.Privacy);
        Assert.Equal(new PrivacySettings { Answers = PrivacyMode.Block }, settings.Tenants["acme"].Privacy);
        Assert.Equal(new PrivacySettings { Prompts = PrivacyMode.Off }, settings.Keys[0].Privacy);
    }

    [Theory]
    [InlineData("privacy: { prompts: hide }", "privacy.prompts")]
    [InlineData("privacy: { kinds: [ shoe_size ] }", "privacy.kinds[0]")]
    [InlineData("hooks: { guard: { on_failure: ignore } }", "hooks.guard.on_failure")]
    [InlineData("hooks: { guard: { timeout: 2h } }", "hooks.guard.timeout")]
    [InlineData("hooks: { Guard: {} }", "hooks")]
    public void Load_Mistake_NamesThePlace(string yaml, string path)
    {
        _folder.Write("conductor.yaml", yaml);

        Assert.Contains(_folder.Load().Problems, problem => problem.Path.StartsWith(path, StringComparison.Ordinal));
    }
}
