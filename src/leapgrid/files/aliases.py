"""What the documented fields are called in the files of other programs and other languages.

For each field the likeliest name first: where a file has several of them, an earlier one gets the field.
Case, accents, spaces and signs between the words do not count.
"""

from __future__ import annotations

ALIASES: dict[str, tuple[str, ...]] = {
    "name": (
        "Name", "Full name", "Contact", "Contact name", "Lead name", "Customer name", "Display name",
        "Person", "Person - Name", "Person name", "Contact person", "Prospect", "Prospect name",
        "Your name", "Formatted name",
        # de
        "Vollständiger Name", "Vor- und Nachname", "Vorname und Nachname", "Vorname Nachname",
        "Ansprechpartner", "Ansprechpartnerin", "Kontakt", "Kontaktname", "Kundenname", "Anzeigename",
        "Kontaktperson",
        # fr
        "Nom complet", "Prénom et nom", "Nom et prénom", "Prénom Nom", "Nom du contact", "Nom à afficher",
        # es
        "Nombre completo", "Nombre y apellidos", "Nombre y apellido", "Nombre del contacto",
        "Nombre de contacto", "Nombre para mostrar", "Nombre del cliente",
        # pt
        "Nome completo", "Nome do contato", "Nome do contacto", "Nome do cliente", "Nome de exibição",
        # it
        "Nome e cognome", "Nome cognome", "Nominativo", "Nome contatto", "Nome del contatto",
        "Nome visualizzato",
        # nl
        "Volledige naam", "Naam", "Voor- en achternaam", "Contactpersoon", "Naam contact", "Weergavenaam",
        # pl
        "Imię i nazwisko", "Pełna nazwa", "Nazwa kontaktu", "Osoba kontaktowa", "Kontakt nazwa",
        # ro
        "Nume complet", "Nume și prenume", "Numele complet", "Nume client", "Nume contact",
        # tr
        "Ad soyad", "Adı soyadı", "Ad Soyadı", "Tam ad", "İsim soyisim", "Kişi adı", "Müşteri adı", "İsim",
        # ru
        "ФИО", "Полное имя", "Имя и фамилия", "Имя фамилия", "Имя контакта", "Контакт", "Контактное лицо",
        "Имя",
        # ja
        "氏名", "名前", "お名前", "姓名", "フルネーム", "担当者名", "顧客名", "連絡先名", "表示名",
        "ご担当者名",
        # zh
        "名字", "全名", "联系人", "联系人姓名", "客户姓名", "客户名称", "聯絡人", "聯絡人姓名", "顯示名稱",
        # The one word that elsewhere is the last name alone.
        "Nombre", "Nome", "Nume", "Nom",
    ),
    "email": (
        "E-mail", "Mail", "E-mail address", "Mail address", "Email ID", "Work email", "Business email",
        "Primary email", "Contact email", "Email 1", "E-mail 1 - Value", "Email (Work)", "Email - Work",
        "Person - Email - Work", "Person - Email", "Email work", "Company email", "Corporate email",
        "Email address 1", "Primary email address", "Professional email", "Lead email", "Customer email",
        "Your email", "Emails", "SMTP address", "Personal email", "Person - Email - Home", "Home email",
        "Private email", "Email (Home)", "Email (Other)", "Person - Email - Other",
        # de
        "E-Mail-Adresse", "Mailadresse", "E-Mail geschäftlich", "E-Mail (geschäftlich)", "E-Mail-Adresse 1",
        "Geschäftliche E-Mail", "E-Mail privat", "E-Mail (privat)", "Emailadresse",
        # fr
        "Courriel", "Adresse e-mail", "Adresse email", "Adresse de messagerie", "Adresse électronique",
        "Mél", "Adresse mail", "Adresse courriel", "E-mail professionnel",
        # es
        "Correo electrónico", "Correo", "Dirección de correo electrónico", "Dirección de correo",
        "Email de trabajo", "Correo electrónico de trabajo", "Dirección de e-mail",
        # pt
        "Endereço de e-mail", "Endereço de email", "Correio eletrónico", "Correio eletrônico",
        "E-mail comercial",
        # it
        "Indirizzo e-mail", "Indirizzo email", "Posta elettronica", "Indirizzo di posta elettronica",
        "Email aziendale", "Email di lavoro",
        # nl
        "E-mailadres", "Emailadres", "Zakelijk e-mailadres", "E-mail werk", "Mailadres",
        # pl
        "Adres e-mail", "Adres email", "Poczta elektroniczna", "E-mail służbowy", "Adres poczty e-mail",
        # ro
        "Adresa de email", "Adresa de e-mail", "Adresa email", "Poștă electronică",
        # tr
        "E-posta", "E-posta adresi", "Eposta adresi", "E-posta adresleri", "Mail adresi", "İş e-postası",
        # ru
        "Электронная почта", "Эл. почта", "Почта", "Адрес электронной почты", "Емейл", "Имейл",
        "Рабочий email", "E-mail адрес", "Эл. адрес",
        # ja
        "メールアドレス", "メール", "Eメール", "Ｅメール", "電子メール", "電子メールアドレス",
        "会社メールアドレス", "電子メール アドレス", "Eメールアドレス",
        # zh
        "电子邮件", "邮箱", "电子邮箱", "邮箱地址", "电子邮件地址", "邮件", "電子郵件", "電子郵件地址",
        "信箱", "電子信箱",
    ),
    "phone": (
        "Phone", "Phone number", "Phone no", "Tel", "Tel no", "Telephone", "Telephone number", "Work phone",
        "Business phone", "Primary phone", "Phone 1", "Phone 1 - Value", "Phone (Work)", "Phone - Work",
        "Person - Phone - Work", "Person - Phone", "Contact phone", "Contact number", "Phone work",
        "Office phone", "Direct phone", "Mobile", "Mobile number", "Mobile phone", "Mobile phone number",
        "Mobile no", "Cell", "Cell phone", "Cellphone", "Cell number", "Phone (Mobile)",
        "Person - Phone - Mobile", "Primary phone number", "WhatsApp", "WhatsApp number",
        "Company main phone", "Phone numbers", "Customer phone", "Lead phone", "Your phone", "Home phone",
        "Home phone number", "Phone (Home)", "Person - Phone - Home", "Other phone",
        "Person - Phone - Other", "Phone (Other)",
        # de
        "Telefon", "Telefonnummer", "Telefonnr", "Tel.-Nr.", "Telefon geschäftlich",
        "Telefon (geschäftlich)", "Telefon Firma", "Handy", "Handynummer", "Handynr", "Mobiltelefon",
        "Mobilnummer", "Mobil", "Mobilfunk", "Mobilfunknummer", "Rufnummer", "Telefon (Mobil)",
        "Telefon Mobil", "Telefon privat", "Telefon (privat)", "Festnetz", "Durchwahl",
        # fr
        "Téléphone", "Numéro de téléphone", "N° de téléphone", "Téléphone (bureau)", "Téléphone bureau",
        "Téléphone professionnel", "Portable", "Téléphone portable", "Tél. mobile", "Tél. portable",
        "Téléphone mobile", "Tél (bureau)", "Numéro de portable",
        # es
        "Teléfono", "Número de teléfono", "Teléfono del trabajo", "Teléfono de trabajo", "Móvil",
        "Teléfono móvil", "Celular", "Teléfono celular", "Número de móvil", "Número de celular",
        "Nº de teléfono",
        # pt
        "Telefone", "Número de telefone", "Telefone comercial", "Telemóvel", "Telefone celular",
        "Número de celular",
        # it
        "Telefono", "Numero di telefono", "Telefono ufficio", "Cellulare", "Telefono cellulare",
        "Numero cellulare",
        # nl
        "Telefoon", "Telefoonnummer", "Telefoonnr", "Telefoon werk", "Telefoon (werk)", "Mobiele telefoon",
        "Mobiel nummer", "Mobiel", "Gsm", "Gsm-nummer",
        # pl
        "Numer telefonu", "Nr telefonu", "Nr tel", "Telefon służbowy", "Telefon komórkowy", "Komórka",
        "Numer komórkowy",
        # ro
        "Număr de telefon", "Nr. telefon", "Nr. de telefon", "Telefon mobil", "Număr telefon",
        "Telefon serviciu",
        # tr
        "Telefon numarası", "Telefon no", "Cep telefonu", "Cep", "Cep no", "Cep telefonu numarası",
        "İş telefonu", "GSM no", "GSM numarası",
        # ru
        "Телефон", "Номер телефона", "Тел", "Рабочий телефон", "Мобильный телефон", "Мобильный",
        "Моб. телефон", "Контактный телефон", "Сотовый", "Сотовый телефон",
        # ja
        "電話番号", "電話", "TEL番号", "会社電話", "勤務先電話番号", "携帯電話", "携帯番号", "携帯電話番号",
        "携帯", "会社電話番号",
        # zh
        "电话", "电话号码", "手机", "手机号", "手机号码", "联系电话", "工作电话", "電話號碼", "手機",
        "手機號碼", "聯絡電話", "移动电话", "行動電話",
    ),
    "status": (
        "Status", "Lead status", "Stage", "Lead stage", "Contact status", "Deal - Stage", "Lead - Status",
        "Record status", "State of lead", "Pipeline stage", "Leadstatus", "Bearbeitungsstand", "Phase",
        "Statut", "Statut du lead", "Étape", "Estado del lead", "Etapa", "Status do lead", "Stato lead",
        "Stato del lead", "Fase", "Stadium", "Etap", "Status leada", "Stare", "Stadiu", "Durum", "Aşama",
        "Статус", "Статус лида", "Стадия", "Этап", "ステータス", "状態", "リードステータス", "リード状況",
        "ステージ", "状态", "状況", "线索状态", "阶段", "狀態", "階段",
    ),
    "owner": (
        "Owner", "Owner ID", "Lead owner", "Record owner", "Contact owner", "Lead owner ID",
        "Account owner", "Assigned to", "Assignee", "Sales rep", "Sales owner", "HubSpot owner",
        "Lead - Owner", "Person - Owner", "Owner name", "Lead owner alias", "Assigned user", "Salesperson",
        "Responsible", "Besitzer", "Lead-Besitzer", "Inhaber", "Eigentümer", "Lead-Inhaber", "Zuständig",
        "Zugewiesen an", "Verantwortlich", "Betreuer", "Kundenbetreuer", "Propriétaire",
        "Propriétaire du lead", "Responsable", "Assigné à", "Propietario", "Propietario del contacto",
        "Propietario del lead", "Asignado a", "Proprietário", "Proprietário do lead", "Responsável",
        "Atribuído a", "Proprietario", "Titolare", "Responsabile", "Assegnato a", "Eigenaar",
        "Lead-eigenaar", "Toegewezen aan", "Właściciel", "Właściciel leada", "Opiekun", "Przypisany do",
        "Proprietar", "Responsabil", "Sahibi", "Sahip", "Sorumlu", "Atanan", "Владелец", "Ответственный",
        "Ответственный менеджер", "所有者", "担当者", "リード所有者", "負責人", "负责人", "所有人",
        "線索所有者", "线索所有者",
    ),
    "external_id": (
        "External ID", "Ext ID", "External reference", "External ref", "External key",
        "External contact ID", "Externe ID", "Externe Kennung", "Externe Referenz", "Fremdschlüssel",
        "ID externe", "Identifiant externe", "Référence externe", "ID externo", "Id. externo",
        "Identificador externo", "Referencia externa", "Referência externa", "ID esterno",
        "Riferimento esterno", "Extern ID", "Externe sleutel", "Zewnętrzny identyfikator",
        "Identyfikator zewnętrzny", "ID zewnętrzne", "Id extern", "Referință externă", "Harici ID",
        "Harici kimlik", "Dış kimlik", "Внешний ID", "Внешний идентификатор", "外部ID", "外部キー",
        "外部编号", "外部編號",
    ),
}  # fmt: skip
"""Field -> its names, the likeliest first."""

RECORD_IDS: frozenset[str] = frozenset(
    {
        "Record ID", "Lead ID", "Contact ID", "Customer ID", "Lead ID (18)", "Record ID - Contact",
        "CRM ID", "ID", "Person - ID", "Person ID", "User ID", "UID", "GUID", "UUID", "Kundennummer",
        "Kunden-ID", "Customer number", "Datensatz-ID", "Kontakt-ID", "Numéro client", "Número de cliente",
        "Numero cliente", "Klantnummer", "Numer klienta", "Müşteri no", "Код клиента", "顧客ID", "顧客番号",
        "客户编号",
    }
)  # fmt: skip
"""Names of another program's own ids. They could be the external id; a person has to say so."""

FIRST_NAMES: tuple[str, ...] = (
    "First name", "Fname", "Given name", "Forename", "Firstname", "Vorname", "Prénom", "Nombre",
    "Primer nombre", "Nome", "Primeiro nome", "Nome próprio", "Voornaam", "Imię", "Prenume", "Ad", "Adı",
    "Имя", "名", "名前（名）", "Person - First name",
)  # fmt: skip
LAST_NAMES: tuple[str, ...] = (
    "Last name", "Lname", "Surname", "Family name", "Lastname", "Nachname", "Familienname", "Nom",
    "Nom de famille", "Apellido", "Apellidos", "Sobrenome", "Apelido", "Cognome", "Achternaam", "Nazwisko",
    "Nume", "Nume de familie", "Soyad", "Soyadı", "Soyisim", "Фамилия", "姓", "苗字", "Person - Last name",
)  # fmt: skip
"""What the two halves of a name are called."""
