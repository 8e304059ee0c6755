using System.Globalization;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Configuration;
using Conductor.Configuration.Editing;
using Conductor.Settings;

namespace Conductor.Access;

/// <summary>Makes, rotates and revokes keys: in `tenants.yaml`, where a person would.</summary>
/// <param name="source">Where the configuration is.</param>
/// <param name="time">Tells when an overlap ends.</param>
public sealed class KeyRegistry(SettingsSource source, TimeProvider time)
{
    private const string Keys = "keys";

    /// <summary>What a request for a key may say, by the names of `tenants.yaml`; `tenant` and `name` have to be there.</summary>
    public static IReadOnlyList<string> Members { get; } = ["tenant", "name", "role", "expires", "enabled", "models", "routes", "limits", "budget", "max_tokens", "ip", "tags"];

    private readonly SettingsEditor _editor = new(source, time);

    /// <summary>Makes a key and writes its entry.</summary>
    /// <param name="request">A JSON object of <see cref="Members"/>; a role has to be among them, `tenant` goes without saying.</param>
    /// <param name="check">Looks at the settings just before the entry is written, and throws where it may not be.</param>
    /// <param name="addsTenant">Whether a tenant that is not there yet is written, too, without anything of its own; else it is a mistake.</param>
    /// <param name="cancellationToken">Ends the waiting for other writers.</param>
    /// <exception cref="SettingsEditException">Nothing was written.</exception>
    public async Task<IssuedKey> CreateAsync(JsonElement request, Action<ConductorSettings>? check, bool addsTenant, CancellationToken cancellationToken)
    {
        var (id, key) = ("", "");
        var load = await _editor.EditAsync(SettingsFile.Tenants, (yaml, settings) =>
        {
            check?.Invoke(settings);
            do
            {
                id = KeyFormat.NewId();
            }
            while (settings.Keys.Any(known => known.Id == id));
            key = KeyFormat.NewKey(id);
            if (addsTenant && request.TryGetProperty("tenant", out var tenant) && tenant.GetString() is { Length: > 0 } name && name != CallContext.DefaultTenant && !yaml.Has("tenants", name))
            {
                yaml.Set("{}", "tenants", name);
            }

            yaml.Add(Entry(request, id, HashOf(settings, key)), Keys);
        }, cancellationToken).ConfigureAwait(false);
        return new IssuedKey(load.Required.Keys.First(known => known.Id == id), key);
    }

    /// <summary>Gives a key a new secret. The old one is let in for the overlap.</summary>
    /// <param name="find">Chooses the key; null = there is none that may be changed.</param>
    /// <param name="overlap">How long; zero = not at all.</param>
    /// <param name="cancellationToken">Ends the waiting for other writers.</param>
    /// <exception cref="SettingsEditException">Nothing was written.</exception>
    public async Task<IssuedKey> RotateAsync(Func<ConductorSettings, CallerKeySettings?> find, TimeSpan overlap, CancellationToken cancellationToken)
    {
        var (id, key) = ("", "");
        var load = await _editor.EditAsync(SettingsFile.Tenants, (yaml, settings) =>
        {
            var (known, place) = Find(settings, find);
            id = known.Id ?? KeyFormat.NewId();
            key = KeyFormat.NewKey(id);
            yaml.Set(YamlText.Of(id), Keys, place, "id");
            yaml.Remove(Keys, place, "key");
            yaml.Set(YamlText.Of(HashOf(settings, key)), Keys, place, "hash");
            if (overlap > TimeSpan.Zero)
            {
                var hash = $"{(known.IsPeppered ? "hmac-sha256:" : "sha256:")}{Convert.ToHexStringLower(known.Hash.Span)}";
                yaml.Set($"{{ hash: {YamlText.Of(hash)}, until: {YamlText.Of(Text(time.GetUtcNow() + overlap))} }}", Keys, place, "previous");
            }
            else
            {
                yaml.Remove(Keys, place, "previous");
            }
        }, cancellationToken).ConfigureAwait(false);
        return new IssuedKey(load.Required.Keys.First(known => known.Id == id), key);
    }

    /// <summary>Takes a key's entry away. The last one stays: without any key everybody on this machine would be let in.</summary>
    /// <param name="find">Chooses the key; null = there is none that may be changed.</param>
    /// <param name="cancellationToken">Ends the waiting for other writers.</param>
    /// <returns>What was kept of it.</returns>
    /// <exception cref="SettingsEditException">Nothing was written.</exception>
    public async Task<CallerKeySettings> RevokeAsync(Func<ConductorSettings, CallerKeySettings?> find, CancellationToken cancellationToken)
    {
        CallerKeySettings? revoked = null;
        await _editor.EditAsync(SettingsFile.Tenants, (yaml, settings) =>
        {
            (revoked, var place) = Find(settings, find);
            if (settings.Keys.Count == 1)
            {
                throw new SettingsEditException(SettingsEditFault.Conflict, "This is the last key; without any, everybody on this machine would be let in. Make another one first, or rotate this one without an overlap.");
            }

            yaml.Remove(Keys, place);
        }, cancellationToken).ConfigureAwait(false);
        return revoked!;
    }

    private static (CallerKeySettings Key, int Place) Find(ConductorSettings settings, Func<ConductorSettings, CallerKeySettings?> find) => find(settings) switch
    {
        null => throw new SettingsEditException(SettingsEditFault.Missing, "There is no such key."),
        { Place: { } place } known => (known, place),
        var known => throw new SettingsEditException(SettingsEditFault.Conflict, $"Key '{known.Name}' comes from the environment variable CONDUCTOR_API_KEYS; change it there."),
    };

    private string HashOf(ConductorSettings settings, string key) =>
        $"hmac-sha256:{Convert.ToHexStringLower(KeyPepper.Hash(KeyPepper.Obtain(settings, source.Environment), key))}";

    // As a person would begin: whose it is, what it is called, what is kept of it, and then what it may do.
    private static string Entry(JsonElement request, string id, string hash)
    {
        List<string> members = [];
        foreach (var name in Members)
        {
            if (request.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                members.Add($"{name}: {YamlText.Of(value)}");
            }
            else if (name == "role")
            {
                members.Add($"role: {AccessRoles.NameOf(AccessRole.Tenant)}");
            }

            if (name == "name")
            {
                members.Add($"id: \"{id}\"");
                members.Add($"hash: \"{hash}\"");
            }
        }

        return $"{{ {string.Join(", ", members)} }}";
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
