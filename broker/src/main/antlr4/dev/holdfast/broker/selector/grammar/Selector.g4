/*
 * Message selectors: the conditional expressions of JMS 2.0 §3.8.1 (Jakarta Messaging 3.1 §3.8.1).
 *
 * Every decision looks one token ahead, so that the generated parser is plain recursive descent:
 * no prediction, no backtracking. Depth is bounded before it runs, by counting tokens.
 */
grammar Selector;

selector : disjunction EOF ;

disjunction : conjunction (OR conjunction)* ;

conjunction : negation (AND negation)* ;

negation : NOT negation | predicate ;

predicate : sum (comparison | nullCheck | NOT? (range | membership | likeness))? ;

comparison : op=(EQ | NE | LT | LE | GT | GE) sum ;

nullCheck : IS NOT? NULL ;

range : BETWEEN sum AND sum ;

membership : IN LPAREN STRING (COMMA STRING)* RPAREN ;

likeness : LIKE STRING (ESCAPE STRING)? ;

sum : product ((PLUS | MINUS) product)* ;

product : factor ((STAR | SLASH) factor)* ;

factor : sign=(PLUS | MINUS) factor | primary ;

primary : TRUE | FALSE | INTEGER | DECIMAL | STRING | NAME | QUOTED_NAME | LPAREN disjunction RPAREN ;

NOT     options { caseInsensitive = true; } : 'NOT' ;
AND     options { caseInsensitive = true; } : 'AND' ;
OR      options { caseInsensitive = true; } : 'OR' ;
BETWEEN options { caseInsensitive = true; } : 'BETWEEN' ;
LIKE    options { caseInsensitive = true; } : 'LIKE' ;
ESCAPE  options { caseInsensitive = true; } : 'ESCAPE' ;
IN      options { caseInsensitive = true; } : 'IN' ;
IS      options { caseInsensitive = true; } : 'IS' ;
NULL    options { caseInsensitive = true; } : 'NULL' ;
TRUE    options { caseInsensitive = true; } : 'TRUE' ;
FALSE   options { caseInsensitive = true; } : 'FALSE' ;

EQ     : '=' ;
NE     : '<>' ;
LT     : '<' ;
LE     : '<=' ;
GT     : '>' ;
GE     : '>=' ;
PLUS   : '+' ;
MINUS  : '-' ;
STAR   : '*' ;
SLASH  : '/' ;
LPAREN : '(' ;
RPAREN : ')' ;
COMMA  : ',' ;

// Java's integer literals without underscores; which digits fit is checked with the value.
INTEGER : ([0-9]+ | '0' [xX] [0-9a-fA-F]+ | '0' [bB] [01]+) [lL]? ;

DECIMAL
  : [0-9]+ '.' [0-9]* EXPONENT? [fFdD]?
  | '.' [0-9]+ EXPONENT? [fFdD]?
  | [0-9]+ EXPONENT [fFdD]?
  | [0-9]+ [fFdD]
  ;

fragment EXPONENT : [eE] [+-]? [0-9]+ ;

STRING : '\'' (~'\'' | '\'\'')* '\'' ;

// Java identifiers, joined by dots. Which characters beyond ASCII those may have is asked of Java,
// word by word: as sets in here they would make the lexer slow to start.
NAME : START PART* ('.' START PART*)* ;

QUOTED_NAME : '"' (~'"' | '""')+ '"' ;

fragment START : [a-zA-Z_$\u0080-\u{10FFFF}] ;
fragment PART  : [a-zA-Z0-9_$\u0080-\u{10FFFF}] ;

SPACE : [ \t\n\r\f]+ -> skip ;

// Never part of a selector; here so that each can be reported for what it is.
OPEN_STRING : '\'' (~'\'' | '\'\'')* ;
OPEN_NAME   : '"' (~'"' | '""')* ;
STRAY       : . ;
