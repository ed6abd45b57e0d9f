using System.Reflection;
using DgxMusic.Functions.Triggers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace DgxMusic.Functions.Tests.Triggers;

/// <summary>A function of the app: its name and what calls it.</summary>
sealed record Trigger(string Name, MethodInfo Method, TriggerBindingAttribute Binding)
{
    public static IReadOnlyList<Trigger> All { get; } =
    [
        .. from type in typeof(Steps).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
           let name = method.GetCustomAttribute<FunctionAttribute>()?.Name
           where name is not null
           select new Trigger(name, method, method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes<TriggerBindingAttribute>()).Single()),
    ];

    public static IEnumerable<string> NamesOf<T>()
        where T : TriggerBindingAttribute => All.Where(trigger => trigger.Binding is T).Select(trigger => trigger.Name);

    /// <summary>Whether it is told where Durable Task is.</summary>
    public bool MeetsDurable => Method.GetParameters().Any(parameter => parameter.GetCustomAttribute<DurableClientAttribute>() is not null);
}
