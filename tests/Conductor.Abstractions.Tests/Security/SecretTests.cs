using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Conductor.Security;

namespace Conductor.Abstractions.Tests.Security;

public sealed class SecretTests
{
    private const string Value = "sk-very-secret";

    [Fact]
    public void Secret_PrintedInAnyWay_HidesItsValue()
    {
        var secret = new Secret(Value);

        Assert.Equal("***", secret.ToString());
        Assert.Equal("key ***", $"key {secret}");
        Assert.DoesNotContain(Value, JsonSerializer.Serialize(secret), StringComparison.Ordinal);
        Assert.Equal("***", typeof(Secret).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value);
        Assert.Equal("Holder { Key = *** }", new Holder(secret).ToString());
    }

    [Fact]
    public void Reveal_Always_GivesTheValue() => Assert.Equal(Value, new Secret(Value).Reveal());

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    public void Secret_Empty_IsRefused(string value) => Assert.Throws<ArgumentException>(() => new Secret(value));

    [Fact]
    public void Equals_SameValue_IsTheSameSecret()
    {
        Assert.Equal(new Secret(Value), new Secret(Value));
        Assert.Equal(new Secret(Value).GetHashCode(), new Secret(Value).GetHashCode());
        Assert.NotEqual(new Secret(Value), new Secret(Value.ToUpperInvariant()));
        Assert.False(new Secret(Value).Equals((object)Value));
    }

    private sealed record Holder(Secret Key);
}
